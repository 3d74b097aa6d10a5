package dev.cohort.aggregator.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One timer for each seat. Seats come and go with addresses of their own, so the timers are
 * bounded: a seat that is forgotten takes its timer with it, and those beyond the bound share one.
 * Thread-safe.
 */
final class SeatTimers {
  /** Timers at a time. */
  static final int MOST = 256;

  static final String OTHERS = "other";

  private final MeterRegistry registry;
  private final Map<String, Timer> timers = new ConcurrentHashMap<>();

  SeatTimers(MeterRegistry registry) {
    this.registry = registry;
  }

  Timer of(String seat) {
    Timer timer = timers.get(seat);
    return timer == null ? added(seat) : timer;
  }

  synchronized void forget(String seat) {
    Timer timer = timers.remove(seat);
    if (timer != null) {
      registry.remove(timer);
    }
  }

  private synchronized Timer added(String seat) {
    if (timers.size() >= MOST && !timers.containsKey(seat)) {
      return AggregatorMetric.SEAT_REPLY.spec().timer(registry, OTHERS);
    }
    return timers.computeIfAbsent(
        seat, address -> AggregatorMetric.SEAT_REPLY.spec().timer(registry, address));
  }
}
