package dev.cohort.aggregator.dispatch;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Waiting times between attempts: doubling from the first to the longest, each drawn from the upper
 * half, so that many processes do not knock in step. Not thread-safe.
 */
final class Backoff {
  private static final Duration FIRST = Duration.ofMillis(100);

  /** A seat that is back must have work within a second. */
  private static final Duration LONGEST = Duration.ofMillis(800);

  private final RandomGenerator random;
  private long millis = FIRST.toMillis();

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  Duration next() {
    long chosen = millis / 2 + random.nextLong(millis / 2 + 1);
    millis = Math.min(LONGEST.toMillis(), millis * 2);
    return Duration.ofMillis(chosen);
  }

  /** An attempt succeeded. */
  void reset() {
    millis = FIRST.toMillis();
  }
}
