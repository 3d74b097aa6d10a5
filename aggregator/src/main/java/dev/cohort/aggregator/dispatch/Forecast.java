package dev.cohort.aggregator.dispatch;

/**
 * What a request that arrives now has to expect with the smallest prefix; not a number where
 * nothing is measured.
 *
 * @param drainMicros until everything that came before is answered
 * @param tokenMicros for each token of its own
 */
public record Forecast(double drainMicros, double tokenMicros) {
  private static final double OPTIMISM = 2;

  /** Nothing is known. */
  public static final Forecast UNKNOWN = new Forecast(Double.NaN, Double.NaN);

  /** Predicted time until a request of so many tokens is answered, in microseconds. */
  public double micros(double tokens) {
    return drainMicros + tokens * tokenMicros;
  }

  /**
   * The same if all went much better than predicted: what has less time is hopeless. Letting in too
   * much costs little, since rows that are late leave the queue unrun.
   */
  public double leastMicros(double tokens) {
    return micros(tokens) / OPTIMISM;
  }
}
