package dev.cohort.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ReportTest {
  private static Bar bar(Bar.Kind kind, double limit) {
    return new Bar(kind, limit);
  }

  @ParameterizedTest
  @CsvSource({
    "AT_LEAST, 1.9, false",
    "AT_LEAST, 2, true",
    "AT_LEAST, 2.1, true",
    "AT_LEAST, NaN, false",
    "AT_MOST, 1.9, true",
    "AT_MOST, 2, true",
    "AT_MOST, 2.1, false",
    "AT_MOST, NaN, false",
    "ABOVE, 2, false",
    "ABOVE, 2.1, true",
    "ABOVE, NaN, false",
    "BELOW, 2, false",
    "BELOW, 1.9, true",
    "BELOW, NaN, false"
  })
  void knowsWhetherABarIsReached(Bar.Kind kind, double value, boolean holds) {
    assertEquals(holds, bar(kind, 2).holds(value));
  }

  @Test
  void writesNullWhereThereIsNothing() throws Exception {
    Row missing = Row.notMeasured("a.b", "x", "no such seat").with(Bar.atLeast(2));
    assertEquals(Optional.empty(), missing.holds());
    assertEquals(
        new ObjectMapper()
            .readTree(
                """
                [{"name": "a.b", "value": null, "unit": "x", "bar": 2.0, "bar_is": ">=", "holds": null,
                  "baseline": null, "detail": "not measured: no such seat"},
                 {"name": "c", "value": 1.5, "unit": "ms", "bar": null, "bar_is": null, "holds": null,
                  "baseline": 3.0, "detail": ""},
                 {"name": "d", "value": 1.5, "unit": "ms", "bar": 1.0, "bar_is": "<", "holds": false,
                  "baseline": null, "detail": ""}]
                """),
        Report.json(
            List.of(
                missing,
                Row.of("c", 1.5, "ms").withBaseline(3),
                Row.of("d", 1.5, "ms").with(Bar.below(1)))));
  }

  @Test
  void aRatioToNothingIsNoNumber() {
    assertEquals(OptionalDouble.of(2), Row.ratio("a", 3, 1.5).value());
    Row none = Row.ratio("a", 3, 0).with(Bar.atLeast(2)).withDetail("target 50 ms");
    assertEquals(Optional.empty(), none.holds());
    assertEquals("not measured: the baseline is 0, the candidate 3.0; target 50 ms", none.detail());
  }

  @Test
  void showsEachRowOnALine() {
    List<String> lines =
        Report.table(
            List.of(
                Row.of("burst.ratio", 2.25, "x").with(Bar.atLeast(2.2)).withDetail("ceiling 3.1"),
                Row.notMeasured("latency", "x", "no int8")));
    assertEquals(3, lines.size());
    assertTrue(
        lines.get(1).matches("burst.ratio +2.25 x +>= 2.20 +- +yes +ceiling 3.1"), lines.get(1));
    assertTrue(lines.get(2).matches("latency +- x +- +- +- +not measured: no int8"), lines.get(2));
  }

  @Test
  void writesATableForTheDocumentation() {
    assertEquals(
        List.of(
            "| measure | bar | seen | baseline | holds | |",
            "|---|---|---|---|---|---|",
            "| `a` | < 0.600 | 0.450 ms | 0.200 | yes | one in flight |",
            "| `b` | >= 2.00 |  |  | - | not measured: no int8 |"),
        Report.markdown(
            List.of(
                Row.of("a", 0.45, "ms")
                    .with(Bar.below(0.6))
                    .withBaseline(0.2)
                    .withDetail("one in flight"),
                Row.notMeasured("b", "x", "no int8").with(Bar.atLeast(2)))));
  }

  @Test
  void namesEachBenchOnce() {
    List<String> names = Benches.all().stream().map(Bench::name).toList();
    assertEquals(names.size(), Set.copyOf(names).size(), names::toString);
    assertEquals(
        new TreeSet<>(names),
        names.stream()
            .filter(name -> Benches.named(name).name().equals(name))
            .collect(Collectors.toCollection(TreeSet::new)));
  }
}
