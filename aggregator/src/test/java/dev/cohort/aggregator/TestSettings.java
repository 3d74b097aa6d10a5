package dev.cohort.aggregator;

import dev.cohort.aggregator.config.Settings;
import dev.cohort.aggregator.dispatch.DispatchSettings;
import dev.cohort.aggregator.dispatch.PrefixSettings;
import dev.cohort.aggregator.dispatch.SeatAddress;
import dev.cohort.aggregator.grpc.ConnectionLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Settings of an aggregator on any free port of this machine. */
final class TestSettings {

  /** Any queue of a few rows is a burst, however quick the machine; calm returns soon. */
  static final PrefixSettings HASTY =
      new PrefixSettings(Duration.ofNanos(200_000), Duration.ofMillis(200), 100, 1, 64);

  /** All students always answer. */
  static final PrefixSettings UNPRUNED =
      new PrefixSettings(Duration.ofMinutes(1), Duration.ofMillis(100), 1, 1, 64);

  private TestSettings() {}

  static Settings of(
      List<Path> packages, List<SeatAddress> seats, int messageBytes, PrefixSettings prefixes) {
    return of(packages, seats, 0, messageBytes, 512, prefixes, new ConnectionLimits(100, 100));
  }

  /** Of the tiny package, unpruned, with bounds that a test can reach. */
  static Settings of(
      List<SeatAddress> seats, int port, int queueRequests, ConnectionLimits connections) {
    return of(
        List.of(TinyPackage.PATH), seats, port, 1 << 20, queueRequests, UNPRUNED, connections);
  }

  private static Settings of(
      List<Path> packages,
      List<SeatAddress> seats,
      int port,
      int messageBytes,
      int queueRequests,
      PrefixSettings prefixes,
      ConnectionLimits connections) {
    return new Settings(
        packages,
        seats,
        "127.0.0.1",
        port,
        Duration.ofSeconds(20),
        Duration.ofSeconds(5),
        1,
        messageBytes,
        64,
        queueRequests,
        262_144,
        4 * messageBytes,
        DispatchSettings.of(prefixes),
        connections);
  }
}
