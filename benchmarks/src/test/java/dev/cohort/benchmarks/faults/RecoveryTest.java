package dev.cohort.benchmarks.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

final class RecoveryTest {
  private static final Duration BEFORE = Duration.ofSeconds(2);
  private static final Duration AFTER = Duration.ofSeconds(3);
  private static final long STOP = -5_000_000_000L;

  /** A call each 10 ms; its latency in milliseconds by the milliseconds since the stop. */
  private static Recovery recovery(LongUnaryOperator millis) {
    List<Call> calls = new ArrayList<>();
    for (long time = -2500; time < 4000; time += 10) {
      calls.add(
          new Call(
              STOP + time * 1_000_000,
              millis.applyAsLong(time) * 1_000_000,
              Optional.empty(),
              false));
    }
    return Recovery.of(calls, List.of(STOP), BEFORE, AFTER);
  }

  @Test
  void nothingHappened() {
    Recovery recovery = recovery(time -> 10);
    assertEquals(0, recovery.millis());
    assertEquals(10, recovery.before());
    assertEquals(10, recovery.later(Duration.ofSeconds(1)));
  }

  @Test
  void endsWithTheLastSlowWindow() {
    Recovery recovery = recovery(time -> time >= 0 && time < 600 ? 300 : 10);
    assertEquals(750, recovery.millis());
    assertEquals(10, recovery.later(Duration.ofSeconds(1)));
  }

  @Test
  void neverComesBack() {
    Recovery recovery = recovery(time -> time >= 0 ? 20 : 10);
    assertEquals(AFTER.toMillis(), recovery.millis());
    assertEquals(20, recovery.later(Duration.ofSeconds(1)));
  }

  @Test
  void whatWasLongBeforeDoesNotCount() {
    assertEquals(10, recovery(time -> time < -2000 ? 500 : 10).before());
  }
}
