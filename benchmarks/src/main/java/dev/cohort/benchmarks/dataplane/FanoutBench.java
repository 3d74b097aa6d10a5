package dev.cohort.benchmarks.dataplane;

import dev.cohort.benchmarks.Bar;
import dev.cohort.benchmarks.Bench;
import dev.cohort.benchmarks.BenchSettings;
import dev.cohort.benchmarks.Row;
import dev.cohort.benchmarks.load.ClosedLoop;
import dev.cohort.benchmarks.load.ClosedLoop.Outcome;
import dev.cohort.benchmarks.load.Samples;
import dev.cohort.benchmarks.load.Turns;
import dev.cohort.benchmarks.load.Turns.Contestant;
import dev.cohort.benchmarks.stage.Stage;
import dev.cohort.benchmarks.stage.StagePlan;
import dev.cohort.cli.CommandException;
import dev.cohort.cli.replay.Measured;
import dev.cohort.packages.TokenRow;
import dev.cohort.protocol.inference.ModelInferRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What everything but the engines costs: four students that compute nothing, each on a seat of its
 * own, one row of 16 tokens a request.
 */
public final class FanoutBench implements Bench {
  private static final int STUDENTS = 4;
  private static final int TOKENS = 16;
  private static final int IN_FLIGHT = 16;

  /** Requests per second while CPU time is measured: far below what the aggregator can do. */
  private static final double RATE = 400;

  private static final Duration TIMEOUT = Duration.ofSeconds(10);

  @Override
  public String name() {
    return "fanout";
  }

  @Override
  public String summary() {
    return "four students that compute nothing, on four seats: what all the rest costs";
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    Path noop = settings.home().folder().resolve("benchmarks/noop-package");
    // The prefix is 1 and each request says how many students it wants at least.
    StagePlan plan =
        StagePlan.of(noop, STUDENTS)
            .withSeats("cohort.credits", 4)
            // Else the router folds students that cost nothing on fewer seats.
            .withSeats("cohort.regime", "dedicated")
            .withAggregator("cohort.students.max", 1);
    Turns turns =
        new Turns(
            settings.duration(Duration.ofSeconds(60), Duration.ofMillis(500)),
            settings.number(5, 1),
            settings.duration(Duration.ofSeconds(3), Duration.ofMillis(500)));
    List<Row> rows = new ArrayList<>();
    try (Side side = Side.start(settings, "students that compute nothing", plan)) {
      settings.say("fanout: dispatch to sum, and echo");
      rows.addAll(dispatch(noop, side.stage(), turns));
      settings.say("fanout: seen by a client");
      rows.addAll(client(side, turns));
      settings.say("fanout: CPU of the aggregator");
      rows.add(processor(side, settings));
    }
    return rows;
  }

  private static List<Row> dispatch(Path noop, Stage stage, Turns turns) throws Exception {
    int columns = stage.manifest().outputDimension();
    try (DispatchLoop loop =
            new DispatchLoop(noop, stage.seatAddresses(), TokenRow.of(rows(1)[0]));
        EchoFanout echo = new EchoFanout(STUDENTS, TOKENS, columns)) {
      List<Outcome> seen =
          turns.run(
              List.of(new Contestant(number -> loop.call(), 1), new Contestant(echo::call, 1, 1)));
      Samples summed = seen.getFirst().latencies();
      Samples echoed = seen.getLast().latencies();
      return List.of(
          Row.of("fanout.dispatch.p50", summed.millis(0.5), "ms")
              .with(Bar.below(0.3))
              .withBaseline(echoed.millis(0.5))
              .withDetail("one in flight; baseline: bare gRPC echo to as many processes"),
          Row.of("fanout.dispatch.p99", summed.millis(0.99), "ms")
              .with(Bar.below(1))
              .withBaseline(echoed.millis(0.99)));
    }
  }

  private static List<Row> client(Side side, Turns turns) throws InterruptedException {
    ClosedLoop.Call call = side.call(List.of(request(side, STUDENTS)));
    List<Outcome> seen =
        turns.run(List.of(new Contestant(call, 1), new Contestant(call, IN_FLIGHT)));
    return List.of(
        Row.of("fanout.client.p50", seen.getFirst().latencies().millis(0.5), "ms")
            .with(Bar.below(0.6))
            .withDetail("one in flight"),
        Row.of("fanout.client.p99", seen.getFirst().latencies().millis(0.99), "ms")
            .withDetail("one in flight"),
        Row.of("fanout.client.rate", seen.getLast().perSecond(), "1/s")
            .with(Bar.above(5000))
            .withDetail("%d in flight".formatted(IN_FLIGHT)));
  }

  /** Slope of the CPU time of a request over its students, at the same rate for all. */
  private static Row processor(Side side, BenchSettings settings) throws InterruptedException {
    Duration round = settings.duration(Duration.ofSeconds(4), Duration.ofMillis(300));
    int rounds = settings.number(3, 1);
    Line line = new Line();
    for (int turn = 0; turn < rounds; turn++) {
      for (int students = 1; students <= STUDENTS; students++) {
        OpenLoad load = new OpenLoad(RATE, round, TIMEOUT, TIMEOUT, turn);
        Duration before = cpu(side);
        Measured measured = load.send(side.caller(List.of(request(side, students))), 1);
        Duration spent = cpu(side).minus(before);
        line.add(students, spent.toNanos() / 1e3 / measured.total().answered());
      }
    }
    return Row.of("fanout.cpu.per_student", line.slope(), "us")
        .with(Bar.below(50))
        .withDetail(
            "slope over 1 to %d students at %.0f requests/s; %.0f us without any"
                .formatted(STUDENTS, RATE, line.at(0)));
  }

  private static Duration cpu(Side side) {
    return side.stage()
        .aggregator()
        .info()
        .totalCpuDuration()
        .orElseThrow(
            () -> CommandException.failure("this system does not tell a process's CPU time"));
  }

  private static ModelInferRequest request(Side side, int students) {
    return side.requests().minStudents(students).tokens(rows(1));
  }

  /** Rows of the package's own token ids. */
  private static int[][] rows(int count) {
    int[][] rows = new int[count][TOKENS];
    Arrays.stream(rows).forEach(row -> Arrays.fill(row, 5));
    return rows;
  }
}
