package dev.cohort.benchmarks.dataplane;

import dev.cohort.benchmarks.Bar;
import dev.cohort.benchmarks.Bench;
import dev.cohort.benchmarks.BenchSettings;
import dev.cohort.benchmarks.Row;
import dev.cohort.benchmarks.load.ClosedLoop;
import dev.cohort.benchmarks.stage.StagePlan;
import dev.cohort.cli.replay.Measured;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Three times the load that the whole ensemble can carry, with pruning and without it: answers
 * within the latency target. The same admission on both sides: each request's deadline is the
 * target.
 */
public final class BurstBench implements Bench {
  private static final int SEATS = 2;
  private static final double OVERLOAD = 3;
  private static final Duration TARGET = Duration.ofMillis(50);
  private static final int TEXTS = 2000;

  @Override
  public String name() {
    return "burst";
  }

  @Override
  public String summary() {
    return "three times the whole ensemble's capacity: answers in time, pruning on / off";
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    List<String> texts = Texts.demo(settings);
    List<String> used = texts.subList(0, Math.min(TEXTS, texts.size()));
    StagePlan plan =
        StagePlan.of(settings.students(), SEATS)
            .withAggregator("cohort.latency-target", TARGET.toMillis() + "ms")
            // Any prefix may answer: the speed of pruning is measured, not what a package allows.
            .withAggregator("cohort.quality-floor", 100);
    StagePlan all = plan.withAggregator("cohort.students.min", 64);
    StagePlan least = plan.withAggregator("cohort.students.max", 1);
    double most;
    try (Side smallest = Side.start(settings, "one student", least)) {
      most = Capacity.rowsPerSecond(settings, smallest, used);
    }
    try (Side on = Side.start(settings, "pruning on", plan);
        Side off = Side.start(settings, "pruning off", all)) {
      double full = Capacity.rowsPerSecond(settings, off, used);
      ClosedLoop.run(
          on.call(on.requests().each(used)), Capacity.IN_FLIGHT, Capacity.warmUp(settings));
      // Refusing must be as warm as answering.
      for (Side side : List.of(on, off)) {
        offer(settings, side, used, OVERLOAD * full, -1);
      }
      settings.say("burst: %.0f requests/s, %.0f times %.0f", OVERLOAD * full, OVERLOAD, full);
      List<Measured> withPruning = new ArrayList<>();
      List<Measured> without = new ArrayList<>();
      for (int turn = 0; turn < settings.number(2, 1); turn++) {
        withPruning.add(offer(settings, on, used, OVERLOAD * full, turn));
        without.add(offer(settings, off, used, OVERLOAD * full, turn));
      }
      return rows(withPruning, without, Math.min(most / full, OVERLOAD));
    }
  }

  private static List<Row> rows(List<Measured> on, List<Measured> off, double ceiling) {
    return List.of(
        Row.ratio("burst.in_time.ratio", inTime(on), inTime(off))
            .with(Bar.atLeast(2.2))
            .withDetail(
                "ceiling %.2f x; mean students %.2f and %.2f; target and deadline %d ms"
                    .formatted(ceiling, students(on), students(off), TARGET.toMillis())),
        Row.of("burst.in_time.rate", inTime(on), "1/s").withBaseline(inTime(off)),
        Row.of("burst.ceiling", ceiling, "x")
            .withDetail("capacity with one student / with all, at most the load"),
        Row.of("burst.offered", on.getFirst().offeredRate(), "1/s"));
  }

  private static double inTime(List<Measured> measured) {
    return measured.stream().mapToDouble(Measured::inTimeRate).average().orElse(Double.NaN);
  }

  private static double students(List<Measured> measured) {
    return measured.stream()
        .mapToDouble(one -> one.total().meanStudents())
        .average()
        .orElse(Double.NaN);
  }

  private static Measured offer(
      BenchSettings settings, Side side, List<String> texts, double rate, int turn)
      throws InterruptedException {
    Duration length = settings.duration(Duration.ofSeconds(30), Duration.ofSeconds(1));
    return new OpenLoad(rate, length, TARGET, TARGET, turn)
        .send(side.caller(side.requests().each(texts)), texts.size());
  }
}
