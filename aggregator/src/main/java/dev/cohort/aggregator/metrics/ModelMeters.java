package dev.cohort.aggregator.metrics;

import dev.cohort.aggregator.model.ServedModel;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What is counted of one model: meters, looked up once, and statistics. Thread-safe. */
final class ModelMeters {
  private final MeterRegistry registry;
  private final String name;
  private final Map<Status.Code, Counter> requests = new ConcurrentHashMap<>();
  private final Timer request;
  private final Timer queueWait;
  private final Counter rows;
  private final Counter prunedRows;
  private final Counter degradedRows;
  private final DistributionSummary students;
  private final DistributionSummary batchRows;
  private final DistributionSummary batchTokens;
  private final Counter computedTokens;
  private final Counter usedTokens;
  private final Counter computedCells;
  private final Counter usedCells;
  private final InferenceStatistics statistics;
  private final AtomicInteger prefix = new AtomicInteger();
  private final AtomicInteger seats = new AtomicInteger();

  ModelMeters(MeterRegistry registry, ServedModel model, InstantSource clock) {
    statistics = new InferenceStatistics(model.name(), model.version(), clock);
    this.registry = registry;
    this.name = model.name();
    request = AggregatorMetric.REQUEST.spec().timer(registry, name);
    queueWait = AggregatorMetric.QUEUE_WAIT.spec().timer(registry, name);
    rows = AggregatorMetric.ROWS.spec().counter(registry, name);
    prunedRows = AggregatorMetric.ROWS_PRUNED.spec().counter(registry, name);
    degradedRows = AggregatorMetric.ROWS_DEGRADED.spec().counter(registry, name);
    students =
        AggregatorMetric.STUDENTS_PER_ANSWER.spec().steps(registry, model.studentsTotal(), name);
    batchRows = AggregatorMetric.BATCH_ROWS.spec().sizes(registry, name);
    batchTokens = AggregatorMetric.BATCH_TOKENS.spec().sizes(registry, name);
    computedTokens = AggregatorMetric.STUDENT_TOKENS_COMPUTED.spec().counter(registry, name);
    usedTokens = AggregatorMetric.STUDENT_TOKENS_USED.spec().counter(registry, name);
    computedCells = AggregatorMetric.ATTENTION_CELLS_COMPUTED.spec().counter(registry, name);
    usedCells = AggregatorMetric.ATTENTION_CELLS_USED.spec().counter(registry, name);
    AggregatorMetric.PREFIX.spec().gauge(registry, prefix::get, name);
    AggregatorMetric.SEATS_CONNECTED.spec().gauge(registry, seats::get, name);
  }

  InferenceStatistics statistics() {
    return statistics;
  }

  void ended(Status.Code code) {
    requests
        .computeIfAbsent(
            code, key -> AggregatorMetric.REQUESTS.spec().counter(registry, name, key.name()))
        .increment();
  }

  void answered(int count, long nanos, RequestTimes times) {
    request.record(nanos, TimeUnit.NANOSECONDS);
    queueWait.record(times.queueNanos(), TimeUnit.NANOSECONDS);
    rows.increment(count);
    statistics.answered(count, nanos, times);
  }

  void failed(long nanos) {
    request.record(nanos, TimeUnit.NANOSECONDS);
    statistics.failed(nanos);
  }

  void students(int[] used, long studentTokens, boolean pruned, boolean degraded) {
    for (int count : used) {
      students.record(count);
    }
    usedTokens.increment(studentTokens);
    if (pruned) {
      prunedRows.increment(used.length);
    }
    if (degraded) {
      degradedRows.increment(used.length);
    }
  }

  void batch(int rowsSent, int tokens) {
    batchRows.record(rowsSent);
    batchTokens.record(tokens);
  }

  void computed(long tokens, long cells, long withoutPadding) {
    computedTokens.increment(tokens);
    computedCells.increment(cells);
    usedCells.increment(withoutPadding);
  }

  void prefix(int asked) {
    prefix.set(asked);
  }

  void seats(int connected) {
    seats.set(connected);
  }
}
