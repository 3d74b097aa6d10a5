package dev.cohort.aggregator.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class SeatTimersTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final SeatTimers timers = new SeatTimers(registry);

  @Test
  void seatsBeyondTheBoundShareOne() {
    for (int seat = 0; seat < SeatTimers.MOST; seat++) {
      timers.of("10.0.0.1:" + seat);
    }
    assertSame(timers.of("10.0.0.2:1"), timers.of("10.0.0.2:2"));
    assertEquals(SeatTimers.OTHERS, timers.of("10.0.0.2:1").getId().getTag("seat"));
    assertEquals(SeatTimers.MOST + 1, registry.find("cohort.seat.reply").timers().size());
  }

  @Test
  void seatsThatComeAndGoLeaveNothing() {
    for (int seat = 0; seat < 3 * SeatTimers.MOST; seat++) {
      String address = "10.0.0.1:" + seat;
      assertEquals(address, timers.of(address).getId().getTag("seat"));
      timers.forget(address);
    }
    assertEquals(0, registry.getMeters().size());
  }

  @Test
  void aForgottenSeatBeginsAnew() {
    var before = timers.of("a:1");
    timers.forget("a:1");
    assertNotSame(before, timers.of("a:1"));
    assertSame(timers.of("a:1"), timers.of("a:1"));
  }
}
