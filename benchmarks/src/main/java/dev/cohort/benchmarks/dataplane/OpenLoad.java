package dev.cohort.benchmarks.dataplane;

import dev.cohort.cli.replay.Caller;
import dev.cohort.cli.replay.Load;
import dev.cohort.cli.replay.Measured;
import dev.cohort.cli.replay.Replay;
import dev.cohort.cli.replay.Schedule;
import dev.cohort.cli.replay.Shape;
import dev.cohort.cli.replay.TextRow;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A steady open load. Immutable.
 *
 * @param rate requests per second
 * @param deadline of each request, from when it is due
 * @param target answers within this are in time
 */
record OpenLoad(double rate, Duration length, Duration deadline, Duration target, long seed) {
  private static final int MAX_IN_FLIGHT = 20_000;
  private static final List<TextRow> NO_TEXT =
      List.of(new TextRow("", Optional.empty(), Optional.empty()));

  /**
   * Sends it.
   *
   * @param rows how many the caller has to choose from
   */
  Measured send(Caller caller, int rows) throws InterruptedException {
    Schedule schedule = Schedule.of(Shape.STEADY.trace(rate, 1, length), Schedule.Cut.NONE, seed);
    // The caller has the rows; the replay draws their numbers.
    List<TextRow> numbers = Collections.nCopies(rows, NO_TEXT.getFirst());
    return Replay.run(
        new Load(schedule, numbers, deadline, target, MAX_IN_FLIGHT, seed),
        caller,
        () -> false,
        new Replay.Watcher(length, progress -> {}));
  }
}
