package dev.cohort.cli.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MetricsPageTest {
  private static final MetricsPage PAGE =
      MetricsPage.parse(
          """
          # HELP cohort_requests_total Requests by model and gRPC status code
          # TYPE cohort_requests_total counter
          cohort_requests_total{code="OK",model="m"} 100.0
          cohort_requests_total{code="INTERNAL",model="a \\"b\\""} 20.5
          cohort_request_seconds_bucket{model="m",le="+Inf"} +Inf
          cohort_requests_in_flight 3.0
          """);

  @Test
  void sumsWhatIsWanted() {
    assertEquals(120.5, PAGE.sum("cohort_requests_total", any -> true));
    assertEquals(100, PAGE.sum("cohort_requests_total", sample -> sample.has("code", "OK")));
    assertEquals(3, PAGE.sum("cohort_requests_in_flight", any -> true));
    assertEquals(0, PAGE.sum("cohort_rows_total", any -> true));
    assertEquals(0, MetricsPage.EMPTY.sum("cohort_requests_total", any -> true));
  }

  @Test
  void readsInfinity() {
    assertEquals(Double.POSITIVE_INFINITY, PAGE.sum("cohort_request_seconds_bucket", any -> true));
  }
}
