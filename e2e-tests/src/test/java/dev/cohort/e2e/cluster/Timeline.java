package dev.cohort.e2e.cluster;

import dev.cohort.e2e.Await;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What came, and when: to measure by when it came and not by when somebody looked. Thread-safe.
 *
 * @param <T> what comes
 */
public final class Timeline<T> {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /**
   * Something that came.
   *
   * @param nanos of {@link System#nanoTime}
   * @param value what it was
   */
  public record Moment<T>(long nanos, T value) {
    /** From another moment to this one; zero if this one came before. */
    public Duration after(long start) {
      return Duration.ofNanos(Math.max(0, nanos - start));
    }
  }

  private final List<Moment<T>> moments = new ArrayList<>();

  /** Notes what has just come. */
  public void add(T value) {
    synchronized (moments) {
      moments.add(new Moment<>(System.nanoTime(), value));
    }
  }

  /** All that came. */
  public List<Moment<T>> all() {
    synchronized (moments) {
      return List.copyOf(moments);
    }
  }

  /** What came from this moment on. */
  public List<Moment<T>> since(long nanos) {
    return all().stream().filter(moment -> moment.nanos() - nanos >= 0).toList();
  }

  /** What came last. */
  public Optional<T> last() {
    synchronized (moments) {
      return moments.isEmpty() ? Optional.empty() : Optional.of(moments.getLast().value());
    }
  }

  /** Waits for the first of this kind that came from a moment on. */
  public Moment<T> await(String what, long nanos, Predicate<T> wanted) {
    return Await.value(
        what,
        PATIENCE,
        () -> since(nanos).stream().filter(moment -> wanted.test(moment.value())).findFirst());
  }
}
