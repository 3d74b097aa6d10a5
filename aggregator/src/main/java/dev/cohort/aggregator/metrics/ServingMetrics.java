package dev.cohort.aggregator.metrics;

import dev.cohort.aggregator.model.ServedModel;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * What the aggregator counts, in base units: {@code cohort_requests_total{model,code}}, {@code
 * cohort_request_seconds{model}}, {@code cohort_rows_total{model}}, {@code
 * cohort_requests_in_flight}, {@code cohort_queue_requests}, {@code cohort_queue_tokens}, {@code
 * cohort_seats_connected{model}}, {@code cohort_seat_failures_total{reason}}, {@code
 * cohort_internal_errors_total}, {@code cohort_prefix{model}}, {@code
 * cohort_students_per_answer{model}}, {@code cohort_rows_pruned_total{model}}, {@code
 * cohort_rows_degraded_total{model}}, {@code cohort_batch_rows{model}}, {@code
 * cohort_batch_tokens{model}}, {@code cohort_resends_total{reason}}, {@code
 * cohort_refusals_total{reason}}. Thread-safe.
 */
public final class ServingMetrics {
  /** Label for requests to models that do not exist; their names are the client's to choose. */
  public static final String UNKNOWN_MODEL = "unknown";

  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(20),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(200),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(2),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10)
  };

  private static final double[] SIZES = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048};

  private final MeterRegistry registry;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final Map<String, AtomicInteger> seats = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> prefixes = new ConcurrentHashMap<>();
  private final Map<String, BatchSizes> batches = new ConcurrentHashMap<>();

  private final Map<String, InferenceStatistics> statistics = new ConcurrentHashMap<>();
  private final InstantSource clock;

  private record BatchSizes(DistributionSummary rows, DistributionSummary tokens) {}

  /** Metrics in a registry, of the present time. */
  public ServingMetrics(MeterRegistry registry) {
    this(registry, InstantSource.system());
  }

  /**
   * Metrics in a registry.
   *
   * @param clock tells when the latest request came in
   */
  public ServingMetrics(MeterRegistry registry, InstantSource clock) {
    this.registry = registry;
    this.clock = clock;
    Gauge.builder("cohort.requests.in.flight", inFlight, AtomicInteger::get)
        .description("Requests that have come in and are not answered yet")
        .register(registry);
  }

  /** A gauge of what waits in the queue. */
  public void queue(Supplier<Number> requests, Supplier<Number> tokens) {
    Gauge.builder("cohort.queue.requests", requests)
        .description("Requests that wait for a seat")
        .register(registry);
    Gauge.builder("cohort.queue.tokens", tokens)
        .description("Tokens of the requests that wait for a seat")
        .register(registry);
  }

  /** A request has come in. */
  public void started() {
    inFlight.incrementAndGet();
  }

  /** A request has ended, after this long. */
  public void ended(String model, Status.Code code, int rows, long nanos) {
    inFlight.decrementAndGet();
    Counter.builder("cohort.requests")
        .description("Requests by model and gRPC status code")
        .tag("model", model)
        .tag("code", code.name())
        .register(registry)
        .increment();
    Timer.builder("cohort.request")
        .description("Time from a request's arrival to its answer")
        .tag("model", model)
        .serviceLevelObjectives(BUCKETS)
        .register(registry)
        .record(Duration.ofNanos(nanos));
    if (code == Status.Code.OK) {
      Counter.builder("cohort.rows")
          .description("Rows answered")
          .tag("model", model)
          .register(registry)
          .increment(rows);
    }
  }

  /** What a model has done since the start. */
  public InferenceStatistics statistics(ServedModel model) {
    return statistics.computeIfAbsent(
        model.name(), name -> new InferenceStatistics(name, model.version(), clock));
  }

  /** A request for a model has been read. */
  public void arrived(ServedModel model) {
    statistics(model).arrived();
  }

  /** A request was answered, after this long. */
  public void timed(ServedModel model, int rows, long nanos, RequestTimes times) {
    statistics(model).answered(rows, nanos, times);
  }

  /** A request ended without an answer, after this long. */
  public void failed(ServedModel model, long nanos) {
    statistics(model).failed(nanos);
  }

  /** A batch was packed, run by the seats, and handed to its requests, in these times. */
  public void executed(ServedModel model, int rows, BatchTimes times) {
    statistics(model).executed(rows, times);
  }

  /** How many seats serve a model now. */
  public void seatsConnected(ServedModel model, int count) {
    seats.computeIfAbsent(model.name(), this::seatGauge).set(count);
  }

  /** How many students the next batch of a model asks for. */
  public void prefix(ServedModel model, int students) {
    prefixes.computeIfAbsent(model.name(), this::prefixGauge).set(students);
  }

  /** A batch was sent. */
  public void batch(ServedModel model, int rows, int tokens) {
    BatchSizes sizes = batches.computeIfAbsent(model.name(), this::batchSizes);
    sizes.rows().record(rows);
    sizes.tokens().record(tokens);
  }

  /** Rows were answered by so many students each. */
  public void answered(ServedModel model, int[] used, boolean pruned, boolean degraded) {
    double[] steps = IntStream.rangeClosed(1, model.studentsTotal()).asDoubleStream().toArray();
    DistributionSummary students =
        DistributionSummary.builder("cohort.students.per.answer")
            .description("Students that took part in a row's answer")
            .tag("model", model.name())
            .serviceLevelObjectives(steps)
            .register(registry);
    for (int count : used) {
      students.record(count);
    }
    if (pruned) {
      rows("cohort.rows.pruned", "Rows of answers with fewer students than all", model, used);
    }
    if (degraded) {
      rows("cohort.rows.degraded", "Rows of answers with fewer students than asked", model, used);
    }
  }

  /** Work was sent to another seat. */
  public void resent(String reason) {
    Counter.builder("cohort.resends")
        .description("Parts of batches sent again, by reason")
        .tag("reason", reason)
        .register(registry)
        .increment();
  }

  /** A request was refused at admission. */
  public void refused(String reason) {
    Counter.builder("cohort.refusals")
        .description("Requests refused at admission, by reason")
        .tag("reason", reason)
        .register(registry)
        .increment();
  }

  /** A seat was lost, or could not be reached. */
  public void seatFailed(String reason) {
    Counter.builder("cohort.seat.failures")
        .description("Seats lost or not reached, by reason")
        .tag("reason", reason)
        .register(registry)
        .increment();
  }

  /** A bug showed itself; the log says which. */
  public void internalError() {
    Counter.builder("cohort.internal.errors")
        .description("Errors that are bugs; the log has them")
        .register(registry)
        .increment();
  }

  private void rows(String name, String description, ServedModel model, int[] used) {
    Counter.builder(name)
        .description(description)
        .tag("model", model.name())
        .register(registry)
        .increment(used.length);
  }

  private BatchSizes batchSizes(String model) {
    return new BatchSizes(
        summary("cohort.batch.rows", "Rows of a batch", model),
        summary("cohort.batch.tokens", "Tokens of a batch", model));
  }

  private DistributionSummary summary(String name, String description, String model) {
    return DistributionSummary.builder(name)
        .description(description)
        .tag("model", model)
        .serviceLevelObjectives(SIZES)
        .register(registry);
  }

  private AtomicInteger prefixGauge(String model) {
    AtomicInteger students = new AtomicInteger();
    Gauge.builder("cohort.prefix", students, AtomicInteger::get)
        .description("Students that the next batch asks for")
        .tag("model", model)
        .register(registry);
    return students;
  }

  private AtomicInteger seatGauge(String model) {
    AtomicInteger count = new AtomicInteger();
    Gauge.builder("cohort.seats.connected", count, AtomicInteger::get)
        .description("Seats that serve the model now")
        .tag("model", model)
        .register(registry);
    return count;
  }
}
