package dev.cohort.cli.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.cli.CommandException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class ScheduleTest {
  private static final Trace AT_ONCE =
      new Trace("at-once", List.of(Piece.even(0, 0, 1), Piece.even(0, 0, 1)), 0);

  private static String refusal(Trace trace, Schedule.Cut cut) {
    CommandException error = assertThrows(CommandException.class, () -> Schedule.of(trace, cut, 0));
    assertEquals(CommandException.INPUT, error.exitCode());
    return error.getMessage();
  }

  @Test
  void requestsMayAllBeDueAtOnce() {
    Schedule schedule = Schedule.of(AT_ONCE, Schedule.Cut.NONE, 0);
    assertEquals(2, schedule.requests());
    assertEquals(0, schedule.sendNanos(1));
  }

  @Test
  void suchATraceHasNoRateToScale() {
    Schedule.Cut cut = new Schedule.Cut(OptionalDouble.of(5), Duration.ZERO, Optional.empty());
    assertTrue(refusal(AT_ONCE, cut).contains("--rate cannot be used with at-once"));
  }

  @Test
  void nothingLeftIsAnError() {
    Schedule.Cut cut =
        new Schedule.Cut(OptionalDouble.empty(), Duration.ofSeconds(9), Optional.empty());
    assertTrue(refusal(AT_ONCE, cut).contains("no request of at-once is left"));
  }

  @Test
  void memoryIsBounded() {
    Piece many = Piece.even(0, 1, 9_000_000);
    Trace trace = new Trace("many", List.of(many, Piece.even(1, 1, 9_000_000)), 2);
    assertTrue(refusal(trace, Schedule.Cut.NONE).contains("more than 10,000,000 requests"));
    assertThrows(CommandException.class, () -> Shape.STEADY.trace(1e5, 1, Duration.ofHours(1)));
  }
}
