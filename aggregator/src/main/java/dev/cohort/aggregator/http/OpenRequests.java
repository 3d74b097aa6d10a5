package dev.cohort.aggregator.http;

import java.time.Duration;

/** Counts the requests being answered, so that a stop can wait for the last one. Thread-safe. */
final class OpenRequests {
  // Both are guarded by this.
  private int open;
  private boolean draining;

  /** Counts a request, unless no more are taken. */
  synchronized boolean begin() {
    if (!draining) {
      open++;
    }
    return !draining;
  }

  /** A counted request has its answer, or its client is gone. */
  synchronized void end() {
    open--;
    notifyAll();
  }

  /** From now on takes no more. */
  synchronized void beginDrain() {
    draining = true;
  }

  /** Waits until none is open, or patience has ended. */
  synchronized void await(Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    long left = patience.toMillis();
    while (open > 0 && left > 0) {
      wait(left);
      left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
    }
  }
}
