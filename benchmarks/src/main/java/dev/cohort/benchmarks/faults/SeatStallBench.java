package dev.cohort.benchmarks.faults;

import dev.cohort.benchmarks.Bar;
import dev.cohort.benchmarks.Bench;
import dev.cohort.benchmarks.BenchSettings;
import dev.cohort.benchmarks.Row;
import dev.cohort.benchmarks.stage.Stage;
import dev.cohort.benchmarks.stage.StagePlan;
import dev.cohort.cli.replay.Figures;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One of two seats stands still for some seconds, again and again. The calls of all repetitions
 * count together, by the time from the stop, so that a quarter of a second has enough of them.
 */
public final class SeatStallBench implements Bench {
  private static final int SEATS = 2;
  private static final double LOAD = 0.3;
  private static final Duration DEADLINE = Duration.ofSeconds(1);
  private static final Duration BEFORE = Duration.ofSeconds(4);
  private static final Duration STOPPED = Duration.ofSeconds(4);
  private static final Duration AFTER = Duration.ofSeconds(3);
  private static final Duration BAR = Duration.ofSeconds(1);

  @Override
  public String name() {
    return "seat-stall";
  }

  @Override
  public String summary() {
    return "kill -STOP of one of two seats, 30 percent load: time until p99 is under twice what it was";
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    int stops = settings.number(5, 1);
    try (Stage stage = Stage.start(settings.home(), StagePlan.of(settings.students(), SEATS))) {
      Rehearsal rehearsal = Rehearsal.of(settings, stage);
      double rate = LOAD * rehearsal.capacity();
      try (SteadyLoad load = SteadyLoad.start(stage, rehearsal.rows(), rate, DEADLINE)) {
        List<Long> times = new ArrayList<>();
        for (int stop = 0; stop < stops; stop++) {
          load.goOn(BEFORE);
          settings.say("stop %d of %d", stop + 1, stops);
          times.add(stop(stage, stop % SEATS, load));
        }
        Figures total = load.stop().total();
        Recovery recovery = Recovery.of(load.calls(), times, BEFORE, STOPPED);
        recovery.lines().forEach(line -> settings.say("%s", line));
        Failures.lines(load.calls(), times).forEach(line -> settings.say("%s", line));
        return rows(recovery, total, rehearsal.capacity());
      }
    }
  }

  /** Returns when it was stopped. */
  private static long stop(Stage stage, int seat, SteadyLoad load)
      throws IOException, InterruptedException {
    long time = System.nanoTime();
    stage.pause(seat);
    load.goOn(STOPPED);
    stage.resume(seat);
    load.goOn(AFTER);
    stage.awaitConnected(SEATS);
    return time;
  }

  private static List<Row> rows(Recovery recovery, Figures total, double capacity) {
    return List.of(
        Row.of("seat-stall.recovery", recovery.millis(), "ms")
            .with(Bar.atMost(BAR.toMillis()))
            .withDetail(
                "p99 %.1f ms before, %.1f ms from 1 s on; capacity %.0f/s"
                    .formatted(recovery.before(), recovery.later(BAR), capacity)),
        Row.of("seat-stall.p99_ratio", recovery.later(BAR) / recovery.before(), "x")
            .with(Bar.below(Recovery.FACTOR))
            .withBaseline(recovery.before()),
        Row.of("seat-stall.failed", Failures.of(total), "requests")
            .with(Bar.atMost(0))
            .withDetail(Failures.remarks(total)));
  }
}
