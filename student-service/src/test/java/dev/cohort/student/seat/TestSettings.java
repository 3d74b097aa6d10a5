package dev.cohort.student.seat;

import dev.cohort.policy.PrecisionPolicy.Wanted;
import dev.cohort.student.TestPackages;
import dev.cohort.student.engine.EngineSettings;
import dev.cohort.student.seat.Holdings.Regime;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;

/** Settings of seats on a free port of this machine, with generous limits; change what matters. */
final class TestSettings {
  private Path folder = TestPackages.tiny();
  private Holdings holdings = new Holdings(0, Regime.SHARED, OptionalLong.empty());
  private int port;
  private int lanes = 1;
  private EngineSettings engine = EngineSettings.cpu(1);
  private PrecisionSettings precision = PrecisionSettings.fp32();
  private int rowTokens = 512;
  private int credits = 2;
  private int streams = 8;
  private Duration drain = Duration.ofSeconds(60);
  private Optional<Path> costCache = Optional.empty();

  TestSettings folder(Path value) {
    folder = value;
    return this;
  }

  TestSettings shared(int home) {
    holdings = new Holdings(home, Regime.SHARED, OptionalLong.empty());
    return this;
  }

  TestSettings shared(int home, long memoryBudget) {
    holdings = new Holdings(home, Regime.SHARED, OptionalLong.of(memoryBudget));
    return this;
  }

  TestSettings dedicated(int home) {
    holdings = new Holdings(home, Regime.DEDICATED, OptionalLong.empty());
    return this;
  }

  TestSettings port(int value) {
    port = value;
    return this;
  }

  TestSettings lanes(int value) {
    lanes = value;
    return this;
  }

  TestSettings engine(EngineSettings value) {
    engine = value;
    return this;
  }

  TestSettings precision(Wanted wanted, double floorPoints) {
    precision = new PrecisionSettings(wanted, floorPoints);
    return this;
  }

  TestSettings rowTokens(int value) {
    rowTokens = value;
    return this;
  }

  TestSettings credits(int value) {
    credits = value;
    return this;
  }

  TestSettings streams(int value) {
    streams = value;
    return this;
  }

  TestSettings drain(Duration value) {
    drain = value;
    return this;
  }

  TestSettings costCache(Path value) {
    costCache = Optional.of(value);
    return this;
  }

  SeatSettings make() {
    return new SeatSettings(
        folder,
        holdings,
        "127.0.0.1",
        port,
        lanes,
        engine,
        precision,
        512,
        100_000,
        rowTokens,
        credits,
        streams,
        Duration.ofSeconds(60),
        drain,
        costCache);
  }
}
