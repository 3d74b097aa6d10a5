package dev.cohort.aggregator.dispatch;

import dev.cohort.policy.BatchingPolicy;
import dev.cohort.policy.HedgePolicy;
import java.time.Duration;

/**
 * How work goes to seats.
 *
 * @param prefixes how many students answer
 * @param batching whether a batch waits for more rows
 * @param hedgeBelow utilisation of the other seats below which all work of a silent seat is copied
 */
public record DispatchSettings(
    PrefixSettings prefixes, BatchingPolicy.Settings batching, double hedgeBelow) {
  /** How often queues and seats are looked after when nothing happens. */
  static final Duration TICK = Duration.ofMillis(50);

  /** A look may come late by another one. */
  private static final Duration BETWEEN_LOOKS = TICK.multipliedBy(2);

  /** What is silent for this long has stopped. */
  private static final Duration STOPPED = Duration.ofSeconds(1);

  private static final double HEDGE_BELOW = 0.7;

  /** Hungry batches, copies as by default. */
  public static DispatchSettings of(PrefixSettings prefixes) {
    return new DispatchSettings(
        prefixes,
        new BatchingPolicy.Settings(BatchingPolicy.Mode.HUNGRY, 0, prefixes.target().toNanos()),
        HEDGE_BELOW);
  }

  HedgePolicy hedging() {
    return new HedgePolicy(
        new HedgePolicy.Settings(hedgeBelow, STOPPED.toNanos(), BETWEEN_LOOKS.toNanos()));
  }
}
