package dev.cohort.e2e.cluster;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What tests of a cluster have measured, in {@code target/cluster/figures.json}. Thread-safe. */
public final class Figures {
  private static final Path FILE = Path.of("target", "cluster", "figures.json");
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final Map<String, Object> VALUES = new TreeMap<>();

  private Figures() {}

  /** Notes a time, in milliseconds. */
  public static void note(String name, Duration value) {
    note(name + ".ms", value.toMillis());
  }

  /** Notes the middle, the 95th percentile, the largest and the number of some times, and them. */
  public static void note(String name, List<Duration> values) {
    note(name + ".p50", percentile(values, 50));
    note(name + ".p95", percentile(values, 95));
    note(name + ".max", percentile(values, 100));
    note(name + ".count", values.size());
    note(name + ".each.ms", values.stream().map(Duration::toMillis).toList());
  }

  /** The smallest of the values that so many percent of them do not exceed. */
  public static Duration percentile(List<Duration> values, int percent) {
    int rank = Math.max(1, Math.ceilDiv(values.size() * percent, 100));
    return values.stream().sorted().skip(rank - 1L).findFirst().orElseThrow();
  }

  /**
   * Notes a figure.
   *
   * @param name with the unit as its last part
   */
  public static synchronized void note(String name, Object value) {
    VALUES.put(name, value);
    System.out.println("figure " + name + " " + value);
    try {
      Files.createDirectories(FILE.getParent());
      JSON.writeValue(FILE.toFile(), VALUES);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
