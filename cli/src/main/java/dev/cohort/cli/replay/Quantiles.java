package dev.cohort.cli.replay;

import org.HdrHistogram.Histogram;

/**
 * Times in seconds, exact to 0.1 %; all NaN when there were none. Immutable.
 *
 * @param count how many times were taken
 */
public record Quantiles(
    long count,
    double mean,
    double p50,
    double p90,
    double p95,
    double p99,
    double p999,
    double max) {
  private static final double NONE = Double.NaN;

  /** The quantiles of a histogram of microseconds. */
  static Quantiles ofMicros(Histogram histogram) {
    if (histogram.getTotalCount() == 0) {
      return new Quantiles(0, NONE, NONE, NONE, NONE, NONE, NONE, NONE);
    }
    return new Quantiles(
        histogram.getTotalCount(),
        histogram.getMean() / 1e6,
        seconds(histogram, 50),
        seconds(histogram, 90),
        seconds(histogram, 95),
        seconds(histogram, 99),
        seconds(histogram, 99.9),
        histogram.getMaxValue() / 1e6);
  }

  private static double seconds(Histogram histogram, double percentile) {
    long micros = histogram.getValueAtPercentile(percentile);
    return Math.min(micros, histogram.getMaxValue()) / 1e6;
  }
}
