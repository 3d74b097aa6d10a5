package dev.cohort.benchmarks.faults;

import dev.cohort.benchmarks.Bar;
import dev.cohort.benchmarks.Bench;
import dev.cohort.benchmarks.BenchSettings;
import dev.cohort.benchmarks.Row;
import dev.cohort.benchmarks.stage.Stage;
import dev.cohort.benchmarks.stage.StagePlan;
import dev.cohort.cli.replay.Figures;
import java.time.Duration;
import java.util.List;

/** One of two seats is killed again and again at a third of the load that they could bear. */
public final class SeatKillBench implements Bench {
  private static final int SEATS = 2;
  private static final double LOAD = 0.3;
  private static final Duration DEADLINE = Duration.ofSeconds(1);

  /** Between a seat's return and the next kill. */
  private static final Duration CALM = Duration.ofSeconds(1);

  @Override
  public String name() {
    return "seat-kill";
  }

  @Override
  public String summary() {
    return "kill -9 of one of two seats, 30 percent load, deadline 1 s, 20 times: failed requests";
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    int kills = settings.number(20, 2);
    try (Stage stage = Stage.start(settings.home(), StagePlan.of(settings.students(), SEATS))) {
      Rehearsal rehearsal = Rehearsal.of(settings, stage);
      double rate = LOAD * rehearsal.capacity();
      try (SteadyLoad load = SteadyLoad.start(stage, rehearsal.rows(), rate, DEADLINE)) {
        for (int kill = 0; kill < kills; kill++) {
          load.goOn(CALM);
          settings.say("kill %d of %d", kill + 1, kills);
          kill(stage, kill % SEATS);
        }
        load.goOn(CALM);
        return rows(load.stop().total(), kills, rehearsal.capacity());
      }
    }
  }

  private static void kill(Stage stage, int seat) throws InterruptedException {
    stage.kill(seat);
    stage.awaitConnected(SEATS - 1);
    stage.restart(seat);
    stage.awaitConnected(SEATS);
  }

  private static List<Row> rows(Figures total, int kills, double capacity) {
    return List.of(
        Row.of("seat-kill.failed", Failures.of(total), "requests")
            .with(Bar.atMost(0))
            .withDetail(
                "%,d of %,d requests answered, %d kills, capacity %.0f/s; %s"
                    .formatted(
                        total.answered(), total.sent(), kills, capacity, Failures.remarks(total))),
        Row.of("seat-kill.p99", 1000 * total.latency().p99(), "ms"));
  }
}
