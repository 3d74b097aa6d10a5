package dev.cohort.cli.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Ten requests, one every 100 ms, on a clock that stands still while nobody waits. */
final class SenderTest {
  private static final int REQUESTS = 10;
  private static final Duration LONG = Duration.ofSeconds(10);
  private static final Reply RIGHT =
      new Reply(Optional.of("yes"), OptionalInt.of(2), 3, true, false);

  private final FakePacer pacer = new FakePacer();

  private static Load load(Duration deadline, int maxInFlight) {
    List<Piece> pieces =
        IntStream.range(0, REQUESTS).mapToObj(i -> Piece.even(i * 0.1, 0, 1)).toList();
    Schedule schedule = Schedule.of(new Trace("ten", pieces, 1), Schedule.Cut.NONE, 0);
    TextRow row = new TextRow("text", Optional.empty(), Optional.of("yes"));
    return new Load(schedule, List.of(row), deadline, Duration.ofMillis(150), maxInFlight, 0);
  }

  private Tally send(Load load, Caller caller) {
    Tally tally = new Tally(load.schedule().length(), Sender.drain(load), load.latencyTarget());
    new Sender(load, caller, tally, pacer, () -> false).run();
    return tally;
  }

  @Test
  void latencyCountsFromWhenARequestWasDue() {
    AtomicInteger calls = new AtomicInteger();
    Tally tally =
        send(
            load(LONG, 100),
            (row, timeout, listener) -> {
              // The first call holds the sender itself up for half a second.
              pacer.advanceMillis(calls.getAndIncrement() == 0 ? 500 : 0);
              listener.answered(RIGHT);
            });
    Figures total = tally.total();
    assertEquals(REQUESTS, total.answered());
    // 500, 400, 300, 200, 100 ms late, and five in time.
    assertEquals(0.5, total.latency().max(), 0.001);
    assertEquals(0.15, total.latency().mean(), 0.001);
    assertEquals(0.4, tally.lag().max(), 0.001);
    assertEquals(6, total.inTime());
    assertEquals(1, total.accuracy());
    assertEquals(2, total.meanStudents());
    assertEquals(REQUESTS, total.pruned());
    assertEquals(3, tally.studentsTotal());
  }

  @Test
  void theDeadlineCountsFromWhenARequestWasDue() {
    List<Duration> timeouts = new ArrayList<>();
    Tally tally =
        send(
            load(Duration.ofMillis(250), 100),
            (row, timeout, listener) -> {
              pacer.advanceMillis(timeouts.isEmpty() ? 500 : 0);
              timeouts.add(timeout);
              listener.answered(RIGHT);
            });
    assertEquals(Map.of(Sender.LATE, 2L), tally.total().notSent());
    assertEquals(REQUESTS - 2, timeouts.size());
    assertEquals(Duration.ofMillis(250), timeouts.get(0));
    assertEquals(Duration.ofMillis(50), timeouts.get(1));
    assertEquals(Duration.ofMillis(150), timeouts.get(2));
  }

  @Test
  void anAnswerAfterItsDeadlineIsNone() {
    Tally tally =
        send(
            load(Duration.ofMillis(90), 100),
            (row, timeout, listener) -> {
              pacer.advanceMillis(95);
              listener.answered(RIGHT);
            });
    assertEquals(Map.of("DEADLINE_EXCEEDED", 10L), tally.total().refused());
    assertEquals(0, tally.total().answered());
  }

  @Test
  void doesNotWaitForAnswersAndCountsWhatItCannotSend() {
    Load load = load(LONG, 3);
    Tally tally = new Tally(load.schedule().length(), Sender.drain(load), load.latencyTarget());
    Sender sender = new Sender(load, (row, timeout, listener) -> {}, tally, pacer, () -> false);
    sender.run();
    assertEquals(1_000_000_000L, sender.elapsed());
    assertEquals(3, sender.inFlight());
    assertEquals(REQUESTS, tally.total().offered());
    assertEquals(3, tally.total().sent());
    assertEquals(Map.of(Sender.IN_FLIGHT_LIMIT, 7L), tally.total().notSent());
  }

  @Test
  void refusalsAreCountedByCodeAndFreeTheirPlace() {
    Tally tally =
        send(load(LONG, 1), (row, timeout, listener) -> listener.refused("RESOURCE_EXHAUSTED"));
    assertEquals(Map.of("RESOURCE_EXHAUSTED", 10L), tally.total().refused());
    assertEquals(0, tally.total().answered());
    assertEquals(0, tally.total().latency().count());
  }

  @Test
  void stopsWhenAsked() {
    Load load = load(LONG, 10);
    Tally tally = new Tally(load.schedule().length(), Sender.drain(load), load.latencyTarget());
    Sender sender =
        new Sender(
            load,
            (row, timeout, listener) -> listener.answered(RIGHT),
            tally,
            pacer,
            () -> tally.total().offered() == 4);
    sender.run();
    assertEquals(4, tally.total().sent());
    assertTrue(sender.elapsed() < load.schedule().length().toNanos());
    assertFalse(sender.inFlight() > 0);
  }
}
