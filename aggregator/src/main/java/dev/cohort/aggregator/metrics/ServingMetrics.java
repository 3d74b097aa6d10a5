package dev.cohort.aggregator.metrics;

import dev.cohort.aggregator.model.ServedModel;
import io.grpc.Status;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * What the aggregator counts: the meters of {@link AggregatorMetric}, and the statistics that
 * clients can ask for. Thread-safe; nothing blocks for long.
 */
public final class ServingMetrics {
  /** Label for requests to models that do not exist; their names are the client's to choose. */
  public static final String UNKNOWN_MODEL = "unknown";

  private final MeterRegistry registry;
  private final InstantSource clock;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final Map<String, ModelMeters> models = new ConcurrentHashMap<>();
  private final SeatTimers seats;
  private final Counter dispatchBusy;
  private final Counter expired;
  private final Counter internalErrors;

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
    this.seats = new SeatTimers(registry);
    this.dispatchBusy = AggregatorMetric.DISPATCH_BUSY.spec().counter(registry);
    this.expired = AggregatorMetric.REFUSALS.spec().counter(registry, "expired");
    this.internalErrors = AggregatorMetric.INTERNAL_ERRORS.spec().counter(registry);
    AggregatorMetric.REQUESTS_IN_FLIGHT.spec().gauge(registry, inFlight::get);
  }

  /** A gauge of what waits in the queue. */
  public void queue(Supplier<Number> requests, Supplier<Number> tokens) {
    AggregatorMetric.QUEUE_REQUESTS.spec().gauge(registry, requests);
    AggregatorMetric.QUEUE_TOKENS.spec().gauge(registry, tokens);
  }

  /** What a model has done since the start. */
  public InferenceStatistics statistics(ServedModel model) {
    return of(model).statistics();
  }

  /** A request has come in. */
  public void started() {
    inFlight.incrementAndGet();
  }

  /** A request for a model has been read. */
  public void arrived(ServedModel model) {
    statistics(model).arrived();
  }

  /** A request to a model that is not served has ended. */
  public void endedUnknown(Status.Code code) {
    inFlight.decrementAndGet();
    AggregatorMetric.REQUESTS.spec().counter(registry, UNKNOWN_MODEL, code.name()).increment();
  }

  /** A request was answered, after this long. */
  public void answered(ServedModel model, int rows, long nanos, RequestTimes times) {
    inFlight.decrementAndGet();
    of(model).ended(Status.Code.OK);
    of(model).answered(rows, nanos, times);
  }

  /** A request ended without an answer, after this long. */
  public void failed(ServedModel model, Status.Code code, long nanos) {
    inFlight.decrementAndGet();
    of(model).ended(code);
    of(model).failed(nanos);
  }

  /** How many seats serve a model now. */
  public void seatsConnected(ServedModel model, int count) {
    of(model).seats(count);
  }

  /** How many students the next batch of a model asks for. */
  public void prefix(ServedModel model, int students) {
    of(model).prefix(students);
  }

  /** A batch was sent. */
  public void batch(ServedModel model, int rows, int tokens) {
    of(model).batch(rows, tokens);
  }

  /** A batch was packed, run by the seats, and handed to its requests, in these times. */
  public void executed(ServedModel model, int rows, BatchTimes times) {
    statistics(model).executed(rows, times);
  }

  /**
   * A seat has run a batch for one student.
   *
   * @param cells of the attention rectangle
   * @param usedCells those that are not padding
   */
  public void computed(ServedModel model, long tokens, long cells, long usedCells) {
    of(model).computed(tokens, cells, usedCells);
  }

  /**
   * Rows were answered by so many students each.
   *
   * @param studentTokens tokens of the rows, once for each of their students
   */
  public void answered(
      ServedModel model, int[] used, long studentTokens, boolean pruned, boolean degraded) {
    of(model).students(used, studentTokens, pruned, degraded);
  }

  /** A seat answered for the last of the students that it was sent, after this long. */
  public void seatReplied(String seat, long nanos) {
    seats.of(seat).record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A seat is no member any more. */
  public void seatForgotten(String seat) {
    seats.forget(seat);
  }

  /** Work was sent to another seat. */
  public void resent(String reason) {
    AggregatorMetric.RESENDS.spec().counter(registry, reason).increment();
  }

  /** A request was refused at admission. */
  public void refused(Status.Code code) {
    String reason =
        switch (code) {
          case RESOURCE_EXHAUSTED -> "queue_full";
          case DEADLINE_EXCEEDED -> "hopeless_deadline";
          default -> "too_large";
        };
    AggregatorMetric.REFUSALS.spec().counter(registry, reason).increment();
  }

  /** A request waited until its deadline could not be met any more. */
  public void expired() {
    expired.increment();
  }

  /** A seat was lost, or could not be reached. */
  public void seatFailed(String reason) {
    AggregatorMetric.SEAT_FAILURES.spec().counter(registry, reason).increment();
  }

  /** The dispatch thread was at work for this long. */
  public void dispatchBusy(long nanos) {
    dispatchBusy.increment(nanos / 1e9);
  }

  /** A bug showed itself; the log says which. */
  public void internalError() {
    internalErrors.increment();
  }

  private ModelMeters of(ServedModel model) {
    ModelMeters known = models.get(model.name());
    return known == null
        ? models.computeIfAbsent(model.name(), name -> new ModelMeters(registry, model, clock))
        : known;
  }
}
