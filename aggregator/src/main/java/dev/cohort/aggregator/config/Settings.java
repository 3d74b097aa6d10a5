package dev.cohort.aggregator.config;

import dev.cohort.aggregator.dispatch.DispatchSettings;
import dev.cohort.aggregator.dispatch.PrefixSettings;
import dev.cohort.aggregator.dispatch.SeatSource;
import dev.cohort.aggregator.grpc.ConnectionLimits;
import dev.cohort.policy.BatchingPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Checked settings. Immutable.
 *
 * @param packages folders, at least one
 * @param seats where they are found; may be empty: then no request is answered
 * @param timeout for requests that bring no deadline
 * @param drain time for requests in flight when the process stops
 * @param dispatch how work goes to seats
 * @param connections what clients may open
 */
public record Settings(
    List<Path> packages,
    List<? extends SeatSource> seats,
    String host,
    int grpcPort,
    Duration timeout,
    Duration drain,
    int tokenizerThreads,
    int messageBytes,
    int rows,
    int queueRequests,
    int queueTokens,
    int queueBytes,
    DispatchSettings dispatch,
    ConnectionLimits connections) {
  private static final int MAX_PORT = 65_535;
  private static final int MAX_MESSAGE_BYTES = 256 * 1024 * 1024;
  private static final int MAX_THREADS = 256;
  private static final int MAX_CONNECTIONS = 1_000_000;
  private static final int MAX_STREAMS = 65_536;
  private static final int MAX_ROWS = 65_536;
  private static final int MAX_STUDENTS = 64;
  private static final int MAX_POINTS = 100;
  private static final int MAX_UTILISATION = 100;
  private static final Duration LONGEST = Duration.ofHours(1);

  /** Copies the lists. */
  public Settings {
    packages = List.copyOf(packages);
    seats = List.copyOf(seats);
  }

  /**
   * Reads settings.
   *
   * @throws IllegalArgumentException with every wrong key, its value and what is allowed
   */
  public static Settings of(AggregatorConfig config) {
    Faults faults = new Faults();
    List<Path> packages = config.packages().orElse(List.of());
    if (packages.isEmpty()) {
      faults.add("cohort.packages is empty; at least one package folder is needed");
    }
    List<SeatSource> seats = seats(config.seats().orElse(List.of()), faults);
    faults.range("cohort.grpc-port", config.grpcPort(), 0, MAX_PORT);
    faults.range("cohort.http-port", config.httpPort(), 0, MAX_PORT);
    faults.range("cohort.metrics-port", config.metricsPort(), 0, MAX_PORT);
    faults.range("cohort.tokenizer-threads", config.tokenizerThreads(), 0, MAX_THREADS);
    AggregatorConfig.Limits limits = config.limits();
    faults.range("cohort.limits.message-bytes", limits.messageBytes(), 1024, MAX_MESSAGE_BYTES);
    faults.range("cohort.limits.rows", limits.rows(), 1, MAX_ROWS);
    faults.range("cohort.limits.queue-requests", limits.queueRequests(), 1, 1 << 20);
    faults.range("cohort.limits.queue-tokens", limits.queueTokens(), 1, Integer.MAX_VALUE);
    faults.range(
        "cohort.limits.queue-bytes", limits.queueBytes(), limits.messageBytes(), Integer.MAX_VALUE);
    faults.range("cohort.limits.connections", limits.connections(), 1, MAX_CONNECTIONS);
    faults.range("cohort.limits.streams", limits.streams(), 1, MAX_STREAMS);
    faults.duration("cohort.timeout", config.timeout(), Duration.ofMillis(1));
    faults.duration("cohort.drain", config.drain(), Duration.ZERO);
    PrefixSettings prefixes = prefixes(config, faults);
    BatchingPolicy.Mode batching = batching(config, faults);
    if (!(config.hedgeBelow() >= 0 && config.hedgeBelow() <= MAX_UTILISATION)) {
      faults.add(
          "cohort.hedge-below is %s; allowed are 0 to %d"
              .formatted(config.hedgeBelow(), MAX_UTILISATION));
    }
    faults.throwIfAny();
    return new Settings(
        packages,
        seats,
        config.host(),
        config.grpcPort(),
        config.timeout(),
        config.drain(),
        threads(config.tokenizerThreads()),
        limits.messageBytes(),
        limits.rows(),
        limits.queueRequests(),
        limits.queueTokens(),
        limits.queueBytes(),
        new DispatchSettings(
            prefixes,
            new BatchingPolicy.Settings(
                batching, config.batchingWindow().toNanos(), config.latencyTarget().toNanos()),
            config.hedgeBelow()),
        new ConnectionLimits(limits.connections(), limits.streams()));
  }

  private static BatchingPolicy.Mode batching(AggregatorConfig config, Faults faults) {
    faults.duration("cohort.batching-window", config.batchingWindow(), Duration.ZERO);
    for (BatchingPolicy.Mode mode : BatchingPolicy.Mode.values()) {
      if (mode.name().toLowerCase(Locale.ROOT).equals(config.batching())) {
        return mode;
      }
    }
    faults.add("cohort.batching is %s; allowed are hungry and lazy".formatted(config.batching()));
    return BatchingPolicy.Mode.HUNGRY;
  }

  private static PrefixSettings prefixes(AggregatorConfig config, Faults faults) {
    AggregatorConfig.Students students = config.students();
    faults.duration("cohort.latency-target", config.latencyTarget(), Duration.ofMillis(1));
    faults.duration("cohort.students.quiet", students.quiet(), Duration.ZERO);
    faults.range("cohort.students.min", students.min(), 1, MAX_STUDENTS);
    faults.range("cohort.students.max", students.max(), 1, MAX_STUDENTS);
    if (students.min() > students.max()) {
      faults.add(
          "cohort.students.min is %d; allowed are 1 to cohort.students.max, %d"
              .formatted(students.min(), students.max()));
    }
    if (!(config.qualityFloor() >= 0 && config.qualityFloor() <= MAX_POINTS)) {
      faults.add(
          "cohort.quality-floor is %s; allowed are 0 to %d points"
              .formatted(config.qualityFloor(), MAX_POINTS));
    }
    return new PrefixSettings(
        config.latencyTarget(),
        students.quiet(),
        config.qualityFloor(),
        students.min(),
        students.max());
  }

  private static List<SeatSource> seats(List<String> texts, Faults faults) {
    List<SeatSource> seats = new ArrayList<>();
    for (String text : texts) {
      try {
        seats.add(SeatSource.parse(text.strip()));
      } catch (IllegalArgumentException e) {
        faults.add("cohort.seats: " + e.getMessage());
      }
    }
    if (seats.stream().distinct().count() < seats.size()) {
      faults.add("cohort.seats names something twice: " + seats);
    }
    return seats;
  }

  private static int threads(int configured) {
    int processors = Runtime.getRuntime().availableProcessors();
    return configured > 0 ? configured : Math.clamp(processors / 2, 1, 8);
  }

  private static final class Faults {
    private final List<String> texts = new ArrayList<>();

    void add(String text) {
      texts.add(text);
    }

    void range(String key, int value, int least, int most) {
      if (value < least || value > most) {
        add("%s is %d; allowed are %d to %d".formatted(key, value, least, most));
      }
    }

    void duration(String key, Duration value, Duration least) {
      if (value.compareTo(least) < 0 || value.compareTo(LONGEST) > 0) {
        add("%s is %s; allowed are %s to %s".formatted(key, value, least, LONGEST));
      }
    }

    void throwIfAny() {
      if (!texts.isEmpty()) {
        throw new IllegalArgumentException(String.join("; ", texts));
      }
    }
  }
}
