package dev.cohort.cli.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class FiguresTest {
  private static final String BEFORE =
      """
      # HELP cohort_requests_total Requests by model and gRPC status code
      # TYPE cohort_requests_total counter
      cohort_requests_total{code="OK",model="m"} 100.0
      cohort_request_seconds_bucket{model="m",le="0.001"} 50.0
      cohort_request_seconds_bucket{model="m",le="0.005"} 100.0
      cohort_request_seconds_bucket{model="m",le="+Inf"} 100.0
      """;
  private static final String NOW =
      """
      cohort_requests_total{code="OK",model="m"} 180.0
      cohort_requests_total{code="INVALID_ARGUMENT",model="m"} 20.0
      cohort_rows_total{model="m"} 400.0
      cohort_request_seconds_bucket{model="m",le="0.001"} 50.0
      cohort_request_seconds_bucket{model="m",le="0.005"} 190.0
      cohort_request_seconds_bucket{model="m",le="+Inf"} 200.0
      cohort_requests_in_flight 3.0
      cohort_seats_connected{model="m"} 2.0
      """;

  private static Figures figures(String before, String now) {
    return Figures.between(
        MetricsPage.parse(before), MetricsPage.parse(now), Duration.ofSeconds(10));
  }

  @Test
  void countsWhatHappenedBetweenTwoPages() {
    Figures figures = figures(BEFORE, NOW);
    assertEquals(10, figures.requestsPerSecond());
    assertEquals(40, figures.rowsPerSecond());
    assertEquals(20, figures.failed());
    assertEquals(3, figures.inFlight());
    assertEquals(2, figures.seats());
  }

  @Test
  void takesQuantilesFromTheNewRequestsOnly() {
    Figures figures = figures(BEFORE, NOW);
    assertEquals(5, figures.medianMillis());
    assertEquals(Double.POSITIVE_INFINITY, figures.tailMillis());
    assertTrue(figures.line().contains("p50 <= 5 ms  p99 over 10 s"), figures.line());
  }

  @Test
  void saysNothingAboutTimesWithoutRequests() {
    Figures figures = figures(NOW, NOW);
    assertEquals(0, figures.requestsPerSecond());
    assertTrue(figures.line().contains("p50 -  p99 -"), figures.line());
  }

  @Test
  void startsFromAnEmptyPage() {
    assertEquals(20, figures("", NOW).requestsPerSecond());
  }
}
