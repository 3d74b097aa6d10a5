package dev.cohort.benchmarks.stage;

import dev.cohort.cli.CommandException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for what can only be asked. Stateless. */
public final class Poll {
  private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private Poll() {}

  /**
   * Returns when this is true; it is asked every few milliseconds.
   *
   * @param what for people: what is awaited
   * @throws CommandException when it is not true in time
   */
  public static void until(String what, Duration limit, BooleanSupplier done)
      throws InterruptedException {
    long end = System.nanoTime() + limit.toNanos();
    while (!done.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw CommandException.failure("after %s still not: %s".formatted(limit, what));
      }
      LockSupport.parkNanos(PERIOD_NANOS);
      if (Thread.interrupted()) {
        throw new InterruptedException(what);
      }
    }
  }
}
