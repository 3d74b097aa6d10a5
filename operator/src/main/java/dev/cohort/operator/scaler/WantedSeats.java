package dev.cohort.operator.scaler;

import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * How many seats the rules ask for, of each ensemble that somebody else scales, as the scale
 * subresource counts them. Thread-safe; listeners run on the thread that tells, and must not block.
 */
public final class WantedSeats {
  /** Ten decisions that did not come: whatever was decided last is of no use any more. */
  private static final long FRESH_NANOS = Duration.ofSeconds(10).toNanos();

  private record Figure(int replicas, long atNanos) {}

  private final LongSupplier clock;
  private final Map<ResourceID, Figure> figures = new ConcurrentHashMap<>();
  private final Map<ResourceID, Set<Runnable>> listeners = new ConcurrentHashMap<>();

  /**
   * Nothing is wanted yet.
   *
   * @param clock monotonic nanoseconds
   */
  public WantedSeats(LongSupplier clock) {
    this.clock = clock;
  }

  /** What was decided now. Listeners hear of it when it is another number than before. */
  public void tell(ResourceID ensemble, int replicas) {
    Figure before = figures.put(ensemble, new Figure(replicas, clock.getAsLong()));
    if (before == null || before.replicas() != replicas) {
      changed(ensemble);
    }
  }

  /** Nothing is known of an ensemble any more, or the rules were not asked. */
  public void forget(ResourceID ensemble) {
    if (figures.remove(ensemble) != null) {
      changed(ensemble);
    }
  }

  /** What was decided last; empty when that is too long ago. */
  OptionalInt of(ResourceID ensemble) {
    Figure last = figures.get(ensemble);
    return last == null || clock.getAsLong() - last.atNanos() > FRESH_NANOS
        ? OptionalInt.empty()
        : OptionalInt.of(last.replicas());
  }

  void watch(ResourceID ensemble, Runnable listener) {
    listeners.compute(
        ensemble,
        (id, there) -> {
          Set<Runnable> all = there == null ? ConcurrentHashMap.newKeySet() : there;
          all.add(listener);
          return all;
        });
  }

  void unwatch(ResourceID ensemble, Runnable listener) {
    listeners.computeIfPresent(
        ensemble,
        (id, there) -> {
          there.remove(listener);
          return there.isEmpty() ? null : there;
        });
  }

  private void changed(ResourceID ensemble) {
    listeners.getOrDefault(ensemble, Set.of()).forEach(Runnable::run);
  }
}
