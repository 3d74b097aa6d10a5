package dev.cohort.policy.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Real load over a day, request by second, scaled to a mean of four seats. The traces are looked
 * for in the folder of the system property {@code cohort.data}, by default beside the checkout.
 */
final class TraceReplayTest {
  private static final double MEAN_SEATS = 4;
  private static final Path DATA = Path.of(System.getProperty("cohort.data", "../../shared/data"));

  /**
   * @param smoothed seconds to average over: one or two requests a second are no rate
   * @param dearest share of the seats of a fixed number for the busiest minute
   * @param pruned share of the seconds with fewer than all students
   */
  @ParameterizedTest
  @CsvSource({
    "trace_twitter_2021/rate_1s_day13.csv, 1, 0.4, 0.01",
    "trace_nasa_http_1995/rate_1s_day12.csv, 30, 0.4, 0.03",
  })
  void followsADay(String file, int smoothed, double dearest, double pruned) throws IOException {
    Path trace = DATA.resolve(file);
    assumeThat(trace).as("skipped: no such trace, set -Dcohort.data").exists();
    double[] load = load(trace, smoothed);
    Simulation simulation =
        new Simulation(ScalingSettings.defaults(), SeatBounds.of(1, 64), 4, 8 * Simulation.SECOND);
    for (int step = 0; step < 2 * load.length; step++) {
      simulation.step(load[step / 2]);
    }
    List<Simulation.Step> steps = simulation.steps();
    double mean = steps.stream().mapToInt(Simulation.Step::desired).average().orElseThrow();
    double fixed = busiestMinute(load) / ScalingSettings.defaults().band().target();
    long dropped = steps.stream().filter(step -> step.prefix() < Simulation.STUDENTS).count();
    assertThat(Changes.mostWithin(300, steps, 4)).isLessThanOrEqualTo(2);
    assertThat(mean / fixed).isLessThan(dearest);
    assertThat(dropped / (double) steps.size()).isLessThan(pruned);
  }

  /** Seats that each second keeps busy. */
  private static double[] load(Path trace, int smoothed) throws IOException {
    double[] counts;
    try (Stream<String> rows = Files.lines(trace)) {
      counts = rows.skip(1).mapToDouble(TraceReplayTest::count).toArray();
    }
    double mean = Arrays.stream(counts).average().orElseThrow();
    return IntStream.range(0, counts.length)
        .mapToDouble(second -> mean(counts, second, smoothed) * MEAN_SEATS / mean)
        .toArray();
  }

  private static double count(String row) {
    return Double.parseDouble(row.substring(row.indexOf(',') + 1));
  }

  private static double busiestMinute(double[] load) {
    return IntStream.iterate(59, second -> second < load.length, second -> second + 60)
        .mapToDouble(second -> mean(load, second, 60))
        .max()
        .orElseThrow();
  }

  /** Over so many seconds that end with this one. */
  private static double mean(double[] values, int second, int seconds) {
    int first = Math.max(0, second + 1 - seconds);
    return Arrays.stream(values, first, second + 1).average().orElseThrow();
  }
}
