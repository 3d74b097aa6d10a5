package dev.cohort.benchmarks.dataplane;

import dev.cohort.benchmarks.Bar;
import dev.cohort.benchmarks.Bench;
import dev.cohort.benchmarks.BenchSettings;
import dev.cohort.benchmarks.Row;
import dev.cohort.benchmarks.load.ClosedLoop;
import dev.cohort.benchmarks.load.ClosedLoop.Outcome;
import dev.cohort.benchmarks.load.InferClient;
import dev.cohort.benchmarks.load.InferRequests;
import dev.cohort.benchmarks.load.Turns;
import dev.cohort.benchmarks.load.Turns.Contestant;
import dev.cohort.benchmarks.stage.Stage;
import dev.cohort.benchmarks.stage.StagePlan;
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
            .withAggregator("cohort.students.max", 1);
    Turns turns =
        new Turns(
            settings.duration(Duration.ofSeconds(10), Duration.ofMillis(500)),
            settings.number(5, 1),
            settings.duration(Duration.ofSeconds(3), Duration.ofMillis(500)));
    settings.say("fanout: starting %d seats", STUDENTS);
    List<Row> rows = new ArrayList<>();
    try (Stage stage = Stage.start(settings.home(), plan)) {
      settings.say("fanout: seen by a client");
      rows.addAll(client(stage, turns));
    }
    return rows;
  }

  private static List<Row> client(Stage stage, Turns turns) throws InterruptedException {
    ModelInferRequest request =
        new InferRequests(stage.manifest()).minStudents(STUDENTS).tokens(rows(1));
    try (InferClient one = new InferClient(stage.target(), 1);
        InferClient many = new InferClient(stage.target(), 2)) {
      ClosedLoop.Call alone = number -> one.call(request, TIMEOUT);
      ClosedLoop.Call crowd = number -> many.call(request, TIMEOUT);
      List<Outcome> seen =
          turns.run(List.of(new Contestant(alone, 1), new Contestant(crowd, IN_FLIGHT)));
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
  }

  /** Rows of the package's own token ids. */
  private static int[][] rows(int count) {
    int[][] rows = new int[count][TOKENS];
    Arrays.stream(rows).forEach(row -> Arrays.fill(row, 5));
    return rows;
  }
}
