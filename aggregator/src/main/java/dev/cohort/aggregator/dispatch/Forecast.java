package dev.cohort.aggregator.dispatch;

/**
 * What a request that arrives now has to expect with the smallest prefix; not a number where
 * nothing is measured, and where nothing is being done: trying corrects a wrong prediction.
 *
 * @param drainMicros until everything that came before is answered
 * @param tokenMicros for each token of its own
 */
public record Forecast(double drainMicros, double tokenMicros) {
  /** Nothing is known. */
  public static final Forecast UNKNOWN = new Forecast(Double.NaN, Double.NaN);

  /** Predicted time until a request of so many tokens is answered, in microseconds. */
  public double micros(double tokens) {
    return drainMicros + tokens * tokenMicros;
  }
}
