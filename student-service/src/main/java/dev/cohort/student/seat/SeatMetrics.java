package dev.cohort.student.seat;

import dev.cohort.packages.PackedBatch;
import dev.cohort.protocol.student.v1.Refusal.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** What a seat counts: the meters of {@link SeatMetric}. Thread-safe. */
final class SeatMetrics {
  private final MeterRegistry registry;
  private final Counter rows;
  private final Counter tokens;
  private final Counter loadFailures;
  private final Timer queueWait;
  private final Map<Integer, Timer> engine = new ConcurrentHashMap<>();
  private final DistributionSummary batchRows;
  private final DistributionSummary batchTokens;

  SeatMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.rows = SeatMetric.ROWS.spec().counter(registry);
    this.tokens = SeatMetric.TOKENS.spec().counter(registry);
    this.loadFailures = SeatMetric.LOAD_FAILURES.spec().counter(registry);
    this.queueWait = SeatMetric.QUEUE_WAIT.spec().timer(registry);
    this.batchRows = SeatMetric.BATCH_ROWS.spec().sizes(registry);
    this.batchTokens = SeatMetric.BATCH_TOKENS.spec().sizes(registry);
  }

  /** Registers the levels. */
  void levels(IntSupplier queueLength, IntSupplier streams, IntSupplier students) {
    SeatMetric.STUDENTS_LOADED.spec().gauge(registry, students::getAsInt);
    SeatMetric.QUEUE.spec().gauge(registry, queueLength::getAsInt);
    SeatMetric.STREAMS.spec().gauge(registry, streams::getAsInt);
  }

  /** A lane began a batch that had waited for it. */
  void began(PackedBatch batch, long waitedNanos) {
    queueWait.record(waitedNanos, TimeUnit.NANOSECONDS);
    batchRows.record(batch.rows());
    batchTokens.record(batch.tokens());
  }

  /** Tells the arithmetic in use, as the label of a gauge that is always 1. */
  void precision(String name) {
    SeatMetric.PRECISION.spec().gauge(registry, () -> 1, name);
  }

  /** A student ran a batch. */
  void ran(int student, PackedBatch batch, long nanos) {
    rows.increment(batch.rows());
    tokens.increment(batch.tokens());
    engine
        .computeIfAbsent(
            student, key -> SeatMetric.ENGINE.spec().timer(registry, Integer.toString(key)))
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A student could not be loaded. */
  void loadFailed() {
    loadFailures.increment();
  }

  /** A batch was refused. */
  void refused(Reason reason) {
    SeatMetric.REFUSALS.spec().counter(registry, reason.name()).increment();
  }
}
