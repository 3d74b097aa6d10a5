package dev.cohort.benchmarks.stage;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a {@link Stage} consists of. Immutable.
 *
 * @param packageFolder what is served; seat i has home student i modulo M
 * @param seats how many, at least 1
 * @param seatSettings of each seat, by key, such as {@code cohort.lanes}
 * @param aggregatorSettings by key, such as {@code cohort.students.min}
 */
public record StagePlan(
    Path packageFolder,
    int seats,
    Map<String, String> seatSettings,
    Map<String, String> aggregatorSettings) {
  /** Copies the maps. */
  public StagePlan {
    seatSettings = Map.copyOf(seatSettings);
    aggregatorSettings = Map.copyOf(aggregatorSettings);
  }

  /** A package on this many seats of one lane and one thread, with the services' own settings. */
  public static StagePlan of(Path packageFolder, int seats) {
    return new StagePlan(packageFolder, seats, Map.of(), Map.of());
  }

  /** The same with a setting of the seats. */
  public StagePlan withSeats(String key, Object value) {
    return new StagePlan(packageFolder, seats, with(seatSettings, key, value), aggregatorSettings);
  }

  /** The same with a setting of the aggregator. */
  public StagePlan withAggregator(String key, Object value) {
    return new StagePlan(packageFolder, seats, seatSettings, with(aggregatorSettings, key, value));
  }

  private static Map<String, String> with(Map<String, String> settings, String key, Object value) {
    Map<String, String> more = new LinkedHashMap<>(settings);
    more.put(key, value.toString());
    return more;
  }
}
