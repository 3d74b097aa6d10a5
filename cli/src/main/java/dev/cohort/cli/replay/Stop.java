package dev.cohort.cli.replay;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ends a replay early when the process is interrupted, and holds the process until the result is
 * written. Thread-safe.
 */
final class Stop implements AutoCloseable {
  /** Drawing takes a second or two; a process that ends must not hang. */
  private static final Duration WRITING_LIMIT = Duration.ofSeconds(20);

  private final CountDownLatch written = new CountDownLatch(1);
  private final Duration limit;
  private final Thread hook = Thread.ofPlatform().name("replay-stop").unstarted(this::stop);
  private volatile boolean requested;

  /**
   * Registers with the process.
   *
   * @param drain how long answers may still take
   */
  static Stop onInterrupt(Duration drain) {
    Stop stop = new Stop(drain);
    Runtime.getRuntime().addShutdownHook(stop.hook);
    return stop;
  }

  private Stop(Duration drain) {
    this.limit = WRITING_LIMIT.plus(drain);
  }

  /** Whether the replay is to end. */
  boolean isRequested() {
    return requested;
  }

  /** The result is written: the process may end. */
  @Override
  public void close() {
    written.countDown();
    if (!requested) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The process began to end meanwhile; the hook sees the latch.
        requested = true;
      }
    }
  }

  private void stop() {
    requested = true;
    try {
      written.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
