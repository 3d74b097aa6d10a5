package dev.cohort.cli.serve;

import java.time.Duration;
import java.util.Locale;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * What happened between two pages of the aggregator's metrics.
 *
 * @param requestsPerSecond answered in that time, whatever the status
 * @param rowsPerSecond rows answered with status OK
 * @param medianMillis upper bound of the histogram bucket that holds the median; NaN without
 *     requests
 * @param tailMillis the same for the 99th percentile
 * @param failed requests that ended with another status than OK, since the start
 * @param inFlight requests not answered yet, now
 * @param seats seats that serve, now
 */
record Figures(
    double requestsPerSecond,
    double rowsPerSecond,
    double medianMillis,
    double tailMillis,
    long failed,
    long inFlight,
    long seats) {
  private static final String REQUESTS = "cohort_requests_total";
  private static final String BUCKETS = "cohort_request_seconds_bucket";
  private static final String ROWS = "cohort_rows_total";

  /** Compares two pages taken this long after each other. */
  static Figures between(MetricsPage before, MetricsPage now, Duration elapsed) {
    double seconds = elapsed.toNanos() / 1e9;
    NavigableMap<Double, Double> buckets = buckets(now);
    buckets(before).forEach((bound, count) -> buckets.merge(bound, -count, Double::sum));
    return new Figures(
        growth(REQUESTS, before, now) / seconds,
        growth(ROWS, before, now) / seconds,
        quantileMillis(buckets, 0.5),
        quantileMillis(buckets, 0.99),
        Math.round(now.sum(REQUESTS, sample -> !sample.has("code", "OK"))),
        Math.round(now.sum("cohort_requests_in_flight", any -> true)),
        Math.round(now.sum("cohort_seats_connected", any -> true)));
  }

  /** One line for people. */
  String line() {
    return String.format(
        Locale.ROOT,
        "%8.1f requests/s %8.1f rows/s  p50 %s  p99 %s  in flight %d  failed %d  seats %d",
        requestsPerSecond,
        rowsPerSecond,
        millis(medianMillis),
        millis(tailMillis),
        inFlight,
        failed,
        seats);
  }

  private static String millis(double bound) {
    if (Double.isNaN(bound)) {
      return "-";
    }
    return Double.isInfinite(bound) ? "over 10 s" : String.format(Locale.ROOT, "<= %.0f ms", bound);
  }

  private static double growth(String name, MetricsPage before, MetricsPage now) {
    return Math.max(0, now.sum(name, any -> true) - before.sum(name, any -> true));
  }

  /** Requests at most this long, by length in seconds, of all models together. */
  private static NavigableMap<Double, Double> buckets(MetricsPage page) {
    NavigableMap<Double, Double> buckets = new TreeMap<>();
    page.of(BUCKETS)
        .forEach(
            sample -> buckets.merge(bound(sample.labels().get("le")), sample.value(), Double::sum));
    return buckets;
  }

  private static double bound(String text) {
    return "+Inf".equals(text) ? Double.POSITIVE_INFINITY : Double.parseDouble(text);
  }

  private static double quantileMillis(NavigableMap<Double, Double> buckets, double share) {
    double total = buckets.isEmpty() ? 0 : buckets.lastEntry().getValue();
    if (total <= 0) {
      return Double.NaN;
    }
    return buckets.entrySet().stream()
            .filter(bucket -> bucket.getValue() >= share * total)
            .findFirst()
            .orElseThrow()
            .getKey()
        * 1000;
  }
}
