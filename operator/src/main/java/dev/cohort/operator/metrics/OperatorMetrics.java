package dev.cohort.operator.metrics;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Counts what the operator does. Meters of an ensemble go with it. Thread-safe.
 *
 * <p>Labels are bounded by the ensembles that there are.
 */
public final class OperatorMetrics {
  /**
   * Levels of one ensemble.
   *
   * @param desired seats
   * @param ready seats
   * @param prefix students in use; not a number while unknown
   * @param isReady the condition
   * @param hasSignals the condition
   */
  public record Levels(int desired, int ready, double prefix, boolean isReady, boolean hasSignals) {
    private static final Levels NONE = new Levels(0, 0, Double.NaN, false, false);
  }

  private static final double NANOS = 1e9;

  private final MeterRegistry registry;
  private final LongSupplier clock;
  private final Map<ResourceID, Levels> levels = new ConcurrentHashMap<>();
  private volatile long succeededNanos;
  private volatile boolean hasSucceeded;

  /**
   * Registers what there is once.
   *
   * @param clock monotonic nanoseconds
   */
  public OperatorMetrics(MeterRegistry registry, LongSupplier clock) {
    this.registry = registry;
    this.clock = clock;
    OperatorMetric.LAST_SUCCESS.spec().gauge(registry, this::sinceSuccess);
  }

  /** Reports how many aggregators are watched. */
  public void watched(Supplier<Number> count) {
    OperatorMetric.WATCHED.spec().gauge(registry, count);
  }

  /** Reports whether this operator acts. */
  public void leads(BooleanSupplier leads) {
    OperatorMetric.LEADER.spec().gauge(registry, () -> leads.getAsBoolean() ? 1 : 0);
  }

  /** An ensemble as it is now. */
  public void levels(ResourceID ensemble, Levels now) {
    if (levels.put(ensemble, now) == null) {
      register(ensemble);
    }
  }

  /** A decision that changed something. */
  public void decided(ResourceID ensemble, String reason) {
    OperatorMetric.DECISIONS
        .spec()
        .counter(registry, namespace(ensemble), ensemble.getName(), reason)
        .increment();
  }

  /** A reconciliation ended. */
  public void reconciled(long startNanos, boolean well) {
    long now = clock.getAsLong();
    OperatorMetric.RECONCILIATIONS.spec().counter(registry, well ? "ok" : "error").increment();
    OperatorMetric.RECONCILIATION
        .spec()
        .timer(registry)
        .record(now - startNanos, TimeUnit.NANOSECONDS);
    if (well) {
      succeededNanos = now;
      hasSucceeded = true;
    }
  }

  /** Writes that were made. */
  public void wrote(int objects, boolean status) {
    OperatorMetric.WRITES.spec().counter(registry, "object").increment(objects);
    OperatorMetric.WRITES.spec().counter(registry, "status").increment(status ? 1 : 0);
  }

  /** Time from a message to the writes that it led to. */
  public void reacted(Duration time) {
    OperatorMetric.REACTION.spec().timer(registry).record(time);
  }

  /** Takes away the meters of an ensemble. */
  public void forget(ResourceID ensemble) {
    if (levels.remove(ensemble) == null) {
      return;
    }
    registry.getMeters().stream()
        .map(Meter::getId)
        .filter(id -> ensemble.getName().equals(id.getTag("ensemble")))
        .filter(id -> namespace(ensemble).equals(id.getTag("namespace")))
        .forEach(registry::remove);
  }

  private void register(ResourceID ensemble) {
    gauge(OperatorMetric.SEATS_DESIRED, ensemble, () -> of(ensemble).desired());
    gauge(OperatorMetric.SEATS_READY, ensemble, () -> of(ensemble).ready());
    gauge(OperatorMetric.PREFIX, ensemble, () -> of(ensemble).prefix());
    gauge(OperatorMetric.READY, ensemble, () -> of(ensemble).isReady() ? 1 : 0);
    gauge(OperatorMetric.SIGNALS_FRESH, ensemble, () -> of(ensemble).hasSignals() ? 1 : 0);
  }

  private void gauge(OperatorMetric metric, ResourceID ensemble, Supplier<Number> level) {
    metric.spec().gauge(registry, level, namespace(ensemble), ensemble.getName());
  }

  private Levels of(ResourceID ensemble) {
    return levels.getOrDefault(ensemble, Levels.NONE);
  }

  private double sinceSuccess() {
    return hasSucceeded ? (clock.getAsLong() - succeededNanos) / NANOS : Double.NaN;
  }

  private static String namespace(ResourceID ensemble) {
    return ensemble.getNamespace().orElse("");
  }
}
