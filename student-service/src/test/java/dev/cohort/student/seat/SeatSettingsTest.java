package dev.cohort.student.seat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SeatSettingsTest {
  private static SeatSettings settings(
      int port, int lanes, int rowTokens, int credits, Duration drain) {
    return new SeatSettings(
        Path.of("package"),
        0,
        SeatSettings.Load.ALL,
        "127.0.0.1",
        port,
        lanes,
        1,
        256,
        8192,
        rowTokens,
        credits,
        64,
        Duration.ofSeconds(10),
        drain);
  }

  private static void refused(String message, Runnable make) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, make::run).getMessage());
  }

  @Test
  void namesTheKeyTheValueAndWhatIsAllowed() {
    Duration drain = Duration.ofSeconds(20);
    assertEquals(9100, settings(9100, 1, 512, 2, drain).port());
    refused(
        "cohort.port is 65536; allowed are 0 to 65535", () -> settings(65_536, 1, 512, 2, drain));
    refused("cohort.lanes is 0; allowed are 1 to 256", () -> settings(1, 0, 512, 2, drain));
    refused(
        "cohort.max-row-tokens is 8193; allowed are 1 to 8192",
        () -> settings(1, 1, 8193, 2, drain));
    refused("cohort.credits is 0; allowed are 1 to 4096", () -> settings(1, 1, 512, 0, drain));
    refused(
        "cohort.drain-timeout is PT0S; allowed are durations above 0 up to 1 hour",
        () -> settings(1, 1, 512, 2, Duration.ZERO));
  }
}
