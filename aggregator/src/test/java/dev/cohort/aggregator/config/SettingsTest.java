package dev.cohort.aggregator.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.aggregator.dispatch.SeatAddress;
import dev.cohort.observability.TracingConfig;
import dev.cohort.policy.BatchingPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SettingsTest {
  private record Given(
      Optional<List<Path>> packages,
      Optional<List<String>> seats,
      int grpcPort,
      Duration timeout,
      int rows)
      implements AggregatorConfig, AggregatorConfig.Limits, AggregatorConfig.Students {
    static Given of(String... seats) {
      return new Given(
          Optional.of(List.of(Path.of("a"), Path.of("b"))),
          Optional.of(List.of(seats)),
          8001,
          Duration.ofSeconds(30),
          256);
    }

    @Override
    public String host() {
      return "127.0.0.1";
    }

    @Override
    public int httpPort() {
      return 8000;
    }

    @Override
    public int metricsPort() {
      return 8002;
    }

    @Override
    public Duration drain() {
      return Duration.ZERO;
    }

    @Override
    public int tokenizerThreads() {
      return 0;
    }

    @Override
    public Limits limits() {
      return this;
    }

    @Override
    public TracingConfig tracing() {
      throw new UnsupportedOperationException("not a part of the settings");
    }

    @Override
    public Students students() {
      return this;
    }

    @Override
    public Duration latencyTarget() {
      return timeout;
    }

    @Override
    public double qualityFloor() {
      return rows == 0 ? Double.NaN : 1;
    }

    @Override
    public String batching() {
      return rows == 0 ? "eager" : "lazy";
    }

    @Override
    public Duration batchingWindow() {
      return timeout;
    }

    @Override
    public double hedgeBelow() {
      return rows == 0 ? -1 : 0.7;
    }

    @Override
    public Duration quiet() {
      return Duration.ZERO;
    }

    @Override
    public int min() {
      return rows == 0 ? 4 : 1;
    }

    @Override
    public int max() {
      return 3;
    }

    @Override
    public int messageBytes() {
      return 4096;
    }

    @Override
    public int queueRequests() {
      return 1;
    }

    @Override
    public int queueTokens() {
      return 1;
    }

    @Override
    public int connections() {
      return rows == 0 ? 0 : 1;
    }

    @Override
    public int streams() {
      return rows == 0 ? 70_000 : 1;
    }

    @Override
    public int queueBytes() {
      return 4096;
    }
  }

  @Test
  void seatsMayBeAbsent() {
    Settings settings = Settings.of(Given.of());
    assertEquals(2, settings.packages().size());
    assertEquals(List.of(), settings.seats());
    assertEquals(8001, settings.grpcPort());
    assertTrue(settings.tokenizerThreads() >= 1);
    assertEquals(BatchingPolicy.Mode.LAZY, settings.dispatch().batching().mode());
  }

  @Test
  void readsSeats() {
    assertEquals(
        List.of(new SeatAddress("127.0.0.1", 9100), new SeatAddress("::1", 9102)),
        Settings.of(Given.of("127.0.0.1:9100", " [::1]:9102")).seats());
  }

  @Test
  void everyFaultIsNamedAtOnce() {
    Given wrong =
        new Given(
            Optional.empty(), Optional.of(List.of("nowhere")), 70_000, Duration.ofHours(2), 0);
    String text =
        assertThrows(IllegalArgumentException.class, () -> Settings.of(wrong)).getMessage();
    for (String part :
        List.of(
            "cohort.packages is empty",
            "'nowhere'",
            "cohort.grpc-port is 70000; allowed are 0 to 65535",
            "cohort.timeout is PT2H",
            "cohort.latency-target is PT2H",
            "cohort.quality-floor is NaN",
            "cohort.batching is eager; allowed are hungry and lazy",
            "cohort.batching-window is PT2H",
            "cohort.hedge-below is -1.0; allowed are 0 to 100",
            "cohort.students.min is 4; allowed are 1 to cohort.students.max, 3",
            "cohort.limits.connections is 0; allowed are 1 to 1000000",
            "cohort.limits.streams is 70000; allowed are 1 to 65536",
            "cohort.limits.rows is 0")) {
      assertTrue(text.contains(part), text);
    }
  }

  @Test
  void seatTwiceIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> Settings.of(Given.of("h:1", "h:1")));
  }
}
