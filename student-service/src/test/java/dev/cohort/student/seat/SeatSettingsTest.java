package dev.cohort.student.seat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.cohort.student.engine.Device;
import dev.cohort.student.seat.Holdings.Regime;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeatSettingsTest {
  private static void refused(String message, Runnable make) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, make::run).getMessage());
  }

  @Test
  void namesTheKeyTheValueAndWhatIsAllowed() {
    assertEquals(9100, new TestSettings().port(9100).make().port());
    refused(
        "cohort.port is 65536; allowed are 0 to 65535",
        () -> new TestSettings().port(65_536).make());
    refused("cohort.lanes is 0; allowed are 1 to 256", () -> new TestSettings().lanes(0).make());
    refused(
        "cohort.max-row-tokens is 100001; allowed are 1 to 100000",
        () -> new TestSettings().rowTokens(100_001).make());
    refused(
        "cohort.credits is 0; allowed are 1 to 4096", () -> new TestSettings().credits(0).make());
    refused(
        "cohort.drain-timeout is PT0S; allowed are durations above 0 up to 1 hour",
        () -> new TestSettings().drain(Duration.ZERO).make());
    refused(
        "cohort.home-student is 64; allowed are 0 to 63", () -> new TestSettings().dedicated(64));
    refused(
        "cohort.memory-budget is 0; allowed are 1 and more", () -> new TestSettings().shared(0, 0));
  }

  @Test
  void choicesAreWords() {
    assertEquals(Regime.DEDICATED, Choice.of("cohort.regime", "dedicated", Regime.class));
    refused(
        "cohort.regime is both; allowed are shared, dedicated",
        () -> Choice.of("cohort.regime", "both", Regime.class));
    refused(
        "cohort.device is CUDA; allowed are cpu, cuda, tensorrt",
        () -> Choice.of("cohort.device", "CUDA", Device.class));
  }

  @Test
  void sizesHaveUnits() {
    assertEquals(0, ByteSize.parse("key", "0"));
    assertEquals(1500, ByteSize.parse("key", "1500"));
    assertEquals(2_000, ByteSize.parse("key", "2k"));
    assertEquals(512L << 20, ByteSize.parse("key", " 512Mi "));
    assertEquals(3_000_000_000L, ByteSize.parse("key", "3G"));
    assertEquals(1L << 40, ByteSize.parse("key", "1Ti"));
    for (String wrong : List.of("", "Mi", "12Q", "-1", "1.5Gi", "999999999999999Ti")) {
      refused(
          "cohort.memory-budget is "
              + wrong
              + "; allowed are bytes, with or without a unit of k, M, G, T, Ki, Mi, Gi, Ti, such as"
              + " 512Mi",
          () -> ByteSize.parse("cohort.memory-budget", wrong));
    }
  }
}
