package dev.cohort.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.aggregator.metrics.AggregatorMetric;
import dev.cohort.crds.ConditionReason;
import dev.cohort.crds.ConditionType;
import dev.cohort.crds.StudentEnsemble;
import dev.cohort.observability.MeterSpec;
import dev.cohort.operator.OperatorRuntime;
import dev.cohort.operator.metrics.OperatorMetric;
import dev.cohort.policy.scaling.ScalingReason;
import dev.cohort.student.seat.SeatMetric;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The chart says what the other modules and the documentation say. With {@code -Dupdate} this
 * writes what is copied or generated.
 */
final class ChartTest {
  private static final Path DOCS = Path.of("..", "docs");
  private static final String UPDATE =
      "write it anew with: mvn verify -pl e2e-tests -am -Dtest=ChartTest -Dupdate"
          + " -Dsurefire.failIfNoSpecifiedTests=false";
  private static final Pattern METRIC = Pattern.compile("\\bcohort_[a-z_]+\\b");
  private static final Pattern ALERT = Pattern.compile("alert: (\\w+)");

  @Test
  void theDefinitionIsThatOfCrds() throws IOException {
    copied(
        resource(StudentEnsemble.class, StudentEnsemble.DEFINITION),
        file("studentensembles.cohort.dev.yaml"));
  }

  @Test
  void theRulesAreThoseOfTheOperator() throws IOException {
    copied(resource(OperatorRuntime.class, OperatorRuntime.ROLES), file("roles.yaml"));
  }

  @Test
  void theTableOfValuesIsGenerated() throws IOException {
    Path readme = Helm.CHART.resolve("README.md");
    String now = Files.readString(readme);
    String wanted = ChartValues.read(Helm.CHART).intoPage(now);
    if (System.getProperty("update") != null) {
      Files.writeString(readme, wanted);
    }
    assertEquals(wanted, Files.readString(readme), UPDATE);
  }

  @Test
  void everyValueIsDocumentedAndInTheSchema() throws IOException {
    ChartValues values = ChartValues.read(Helm.CHART);
    assertEquals(List.of(), values.undocumented());
    assertEquals(List.of(), values.missingInSchema());
    assertEquals(List.of(), values.onlyInSchema());
  }

  @Test
  void theSchemaIsStrictAtEveryLevel() throws IOException {
    assertEquals(List.of(), ChartValues.read(Helm.CHART).looseObjects());
  }

  @Test
  void theVersionIsThatOfTheProject() throws IOException {
    String pom = Files.readString(Path.of("..", "pom.xml"));
    Matcher version =
        Pattern.compile("<artifactId>cohort-parent</artifactId>\\s*<version>([^<]+)<").matcher(pom);
    assertTrue(version.find(), "the root pom has a version");
    String chart = Files.readString(Helm.CHART.resolve("Chart.yaml"));
    assertTrue(chart.contains("\nversion: %s\n".formatted(version.group(1))), chart);
    assertTrue(chart.contains("\nappVersion: %s\n".formatted(version.group(1))), chart);
  }

  @Test
  void alertsAndDashboardUseMetricsThatExist() throws IOException {
    Set<String> exported =
        Stream.of(AggregatorMetric.values(), SeatMetric.values(), OperatorMetric.values())
            .flatMap(Arrays::stream)
            .map(ChartTest::spec)
            .map(MeterSpec::exported)
            .collect(Collectors.toSet());
    Set<String> unknown = new TreeSet<>();
    for (String name : List.of("alerts.yaml", "dashboard.json")) {
      Matcher used = METRIC.matcher(Files.readString(file(name)));
      while (used.find()) {
        String metric = used.group().replaceFirst("_bucket$", "");
        if (!exported.contains(metric)) {
          unknown.add(name + ": " + metric);
        }
      }
    }
    assertEquals(Set.of(), unknown);
  }

  /** Each alert, condition and reason has its line of what to do. */
  @Test
  void everyAlertAndConditionIsExplained() throws IOException {
    String page = Files.readString(DOCS.resolve("operate.md"));
    List<String> names = new ArrayList<>();
    Matcher alerts = ALERT.matcher(Files.readString(file("alerts.yaml")));
    while (alerts.find()) {
      names.add(alerts.group(1));
    }
    assertTrue(names.size() >= 10, names.toString());
    Arrays.stream(ConditionType.values()).map(ConditionType::value).forEach(names::add);
    Arrays.stream(ConditionReason.values()).map(ConditionReason::value).forEach(names::add);
    Arrays.stream(ScalingReason.values()).map(ScalingReason::code).forEach(names::add);
    assertEquals(
        List.of(), names.stream().filter(name -> !page.contains("| `" + name + "`")).toList());
  }

  private static MeterSpec spec(Object metric) {
    return switch (metric) {
      case AggregatorMetric of -> of.spec();
      case SeatMetric of -> of.spec();
      case OperatorMetric of -> of.spec();
      default -> throw new IllegalStateException("no enum of metrics: " + metric);
    };
  }

  private static void copied(String source, Path copy) throws IOException {
    if (System.getProperty("update") != null) {
      Files.writeString(copy, source);
    }
    assertEquals(source, Files.readString(copy), UPDATE);
  }

  private static Path file(String name) {
    return Helm.CHART.resolve("files").resolve(name);
  }

  private static String resource(Class<?> owner, String name) throws IOException {
    try (InputStream stream = owner.getResourceAsStream(name)) {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
