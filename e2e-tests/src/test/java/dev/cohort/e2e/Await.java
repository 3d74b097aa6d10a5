package dev.cohort.e2e;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waiting for what others do, with a generous deadline. */
public final class Await {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration CALM = Duration.ofSeconds(3);
  private static final long PAUSE_MILLIS = 100;

  private Await() {}

  /** Waits until something holds. */
  public static void until(String what, BooleanSupplier holds) {
    value(what, () -> holds.getAsBoolean() ? Optional.of(what) : Optional.empty());
  }

  /** Waits until something holds, which may take longer than usual. */
  public static void until(String what, Duration patience, BooleanSupplier holds) {
    value(what, patience, () -> holds.getAsBoolean() ? Optional.of(what) : Optional.empty());
  }

  /** Waits until there is a value. */
  public static <T> T value(String what, Supplier<Optional<T>> source) {
    return value(what, PATIENCE, source);
  }

  /** Waits until there is a value, which may take longer than usual. */
  public static <T> T value(String what, Duration patience, Supplier<Optional<T>> source) {
    long deadline = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<T> value = source.get();
      if (value.isPresent()) {
        return value.get();
      }
      pause();
    }
    throw new AssertionError("waited for %s in vain: %s".formatted(what, patience));
  }

  /** Waits until a value has been the same for some seconds, and gives it. */
  public static <T> T stable(String what, Supplier<T> source) {
    return value(
        what,
        () -> {
          T before = source.get();
          return before.equals(unchanged(source)) ? Optional.of(before) : Optional.empty();
        });
  }

  /** The value after some seconds, or the first that differs before. */
  public static <T> T unchanged(Supplier<T> source) {
    return unchanged(CALM, source);
  }

  /** The value after this time, or the first that differs before. */
  public static <T> T unchanged(Duration calm, Supplier<T> source) {
    T first = source.get();
    long end = System.nanoTime() + calm.toNanos();
    T now = first;
    while (System.nanoTime() < end && now.equals(first)) {
      pause();
      now = source.get();
    }
    return now;
  }

  // Nothing tells when an object of the API server stays what it is: it is looked at again.
  private static void pause() {
    try {
      boolean counted = new CountDownLatch(1).await(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
      assert !counted : "nobody counts down; this is a bug";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }
}
