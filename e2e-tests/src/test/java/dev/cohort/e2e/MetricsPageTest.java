package dev.cohort.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cohort.aggregator.metrics.AggregatorMetric;
import dev.cohort.observability.MeterSpec;
import dev.cohort.operator.metrics.OperatorMetric;
import dev.cohort.student.seat.SeatMetric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/reference/metrics.md} is what the services' own definitions say. With {@code
 * -Dupdate} this writes the page.
 */
final class MetricsPageTest {
  private static final Path PAGE = Path.of("..", "docs", "reference", "metrics.md");

  @Test
  void thePageIsGenerated() throws IOException {
    String page = page();
    if (System.getProperty("update") != null) {
      Files.writeString(PAGE, page);
    }
    assertEquals(
        page,
        Files.readString(PAGE),
        "write it anew with: mvn verify -pl e2e-tests -am -Dtest=MetricsPageTest -Dupdate"
            + " -Dsurefire.failIfNoSpecifiedTests=false");
  }

  private static String page() {
    return """
        # Metrics

        <!-- Generated from AggregatorMetric, SeatMetric and OperatorMetric; MetricsPageTest writes and compares it. -->

        All services answer `GET /metrics` in Prometheus' text format, on `cohort.metrics-port`. Units are base units; a histogram is
        exported as `_bucket`, `_sum`, `_count`, and `_max`, the largest value of the last few minutes. Labels are bounded: models, students
        and codes are few, and seats have their own rule below. A counter with a `reason` or `code` appears with its first event.

        ## Aggregator

        %s
        Tokens computed per useful token, padding apart: `rate(cohort_student_tokens_computed_total) / rate(cohort_student_tokens_used_total)`.
        Above 1 is what resends, hedges, lost prefixes and clients that left have cost. Of the attention alone, where padding is computed:
        `rate(cohort_attention_cells_computed_total) / rate(cohort_attention_cells_used_total)`.

        ## Student service

        %s
        ## Operator

        Labels are bounded by the ensembles; those of an ensemble go with it. Beside them there are the meters of the JVM.

        %s"""
        .formatted(
            table(Arrays.stream(AggregatorMetric.values()).map(AggregatorMetric::spec)),
            table(Arrays.stream(SeatMetric.values()).map(SeatMetric::spec)),
            table(Arrays.stream(OperatorMetric.values()).map(OperatorMetric::spec)));
  }

  private static String table(Stream<MeterSpec> specs) {
    return "| name | kind | unit | labels | meaning |\n|---|---|---|---|---|\n"
        + specs.map(MetricsPageTest::row).collect(Collectors.joining());
  }

  private static String row(MeterSpec spec) {
    return "| `%s` | %s | %s | %s | %s |\n"
        .formatted(
            spec.exported(),
            kind(spec.kind()),
            spec.unit(),
            spec.labels().stream()
                .map(label -> "`" + label + "`")
                .collect(Collectors.joining(", ")),
            spec.meaning());
  }

  private static String kind(MeterSpec.Kind kind) {
    return switch (kind) {
      case COUNTER -> "counter";
      case GAUGE -> "gauge";
      case TIMER, SIZES, STEPS -> "histogram";
    };
  }
}
