package dev.cohort.cli.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TallyTest {
  private static final Duration TARGET = Duration.ofMillis(100);
  private static final Reply REPLY = new Reply(Optional.of("a"), OptionalInt.of(1), 4, false, true);

  private static long seconds(double seconds) {
    return Math.round(seconds * 1e9);
  }

  @Test
  void answersAreInTheSlotInWhichTheyCameAndTheRestInTheirRequests() {
    Tally tally = new Tally(Duration.ofSeconds(4), Duration.ofSeconds(3), TARGET);
    assertEquals(Duration.ofMillis(500), tally.width());
    tally.offered(seconds(0.1));
    tally.sent(seconds(0.1), seconds(0.1));
    tally.answered(seconds(0.1), seconds(1.6), REPLY, Optional.of("b"));
    List<Figures> timeline = tally.timeline(seconds(4) - 1);
    assertEquals(8, timeline.size());
    assertEquals(1, timeline.get(0).offered());
    assertEquals(0, timeline.get(0).answered());
    assertEquals(1.5, timeline.get(0).latency().p99(), 0.002);
    assertEquals(0, timeline.get(0).accuracy());
    assertEquals(1, timeline.get(0).meanStudents());
    assertEquals(1, timeline.get(0).degraded());
    assertEquals(1, timeline.get(3).answered());
    assertTrue(Double.isNaN(timeline.get(3).latency().p50()));
    assertTrue(Double.isNaN(timeline.get(3).accuracy()));
  }

  @Test
  void recentFiguresStartAnew() {
    Tally tally = new Tally(Duration.ofSeconds(4), Duration.ofSeconds(3), TARGET);
    tally.offered(1);
    assertEquals(1, tally.takeRecent().offered());
    assertEquals(0, tally.takeRecent().offered());
    assertEquals(1, tally.total().offered());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 59, 60, 3600, 86_400, 900_000})
  void slotsAreFew(long length) {
    Duration whole = Duration.ofSeconds(length);
    Tally tally = new Tally(whole, Duration.ofSeconds(3), TARGET);
    assertTrue(tally.timeline(whole.toNanos()).size() <= 121);
    tally.offered(whole.toNanos());
    tally.answered(0, seconds(1e6), REPLY, Optional.empty());
    assertEquals(1, tally.total().answered());
  }
}
