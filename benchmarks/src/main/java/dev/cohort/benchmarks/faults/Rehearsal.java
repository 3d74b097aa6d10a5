package dev.cohort.benchmarks.faults;

import dev.cohort.benchmarks.BenchSettings;
import dev.cohort.benchmarks.load.ClosedLoop;
import dev.cohort.benchmarks.load.InferClient;
import dev.cohort.benchmarks.load.InferRequests;
import dev.cohort.benchmarks.stage.Stage;
import dev.cohort.cli.replay.TextFile;
import dev.cohort.cli.replay.TextRow;
import dev.cohort.protocol.inference.ModelInferRequest;
import java.time.Duration;
import java.util.List;

/**
 * What has to be known before something is broken: texts, and how many requests a second a warm
 * stage answers with all students. Immutable.
 *
 * @param capacity answers per second, single texts, all students
 */
record Rehearsal(List<TextRow> rows, double capacity) {
  private static final int IN_FLIGHT = 16;
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  /** Warms the stage, then measures it. */
  static Rehearsal of(BenchSettings settings, Stage stage) throws InterruptedException {
    List<TextRow> rows = TextFile.read(settings.home().demoTexts());
    InferRequests requests =
        new InferRequests(stage.manifest()).minStudents(stage.manifest().studentsTotal());
    List<ModelInferRequest> texts =
        rows.stream().map(row -> requests.texts(List.of(row.first()))).toList();
    settings.say("warming and measuring the capacity of %s", stage.model());
    try (InferClient client = new InferClient(stage.target(), 2)) {
      ClosedLoop.Call call = number -> client.call(texts.get(number % texts.size()), TIMEOUT);
      ClosedLoop.run(
          call, IN_FLIGHT, settings.duration(Duration.ofSeconds(15), Duration.ofSeconds(2)));
      ClosedLoop.Outcome outcome =
          ClosedLoop.run(
              call, IN_FLIGHT, settings.duration(Duration.ofSeconds(10), Duration.ofSeconds(2)));
      return new Rehearsal(rows, outcome.perSecond());
    }
  }
}
