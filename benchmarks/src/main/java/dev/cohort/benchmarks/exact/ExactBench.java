package dev.cohort.benchmarks.exact;

import dev.cohort.benchmarks.Bar;
import dev.cohort.benchmarks.Bench;
import dev.cohort.benchmarks.BenchSettings;
import dev.cohort.benchmarks.Row;
import dev.cohort.benchmarks.load.InferClient;
import dev.cohort.benchmarks.load.InferRequests;
import dev.cohort.benchmarks.stage.Stage;
import dev.cohort.benchmarks.stage.StagePlan;
import dev.cohort.cli.CommandException;
import dev.cohort.cli.replay.TextFile;
import dev.cohort.cli.replay.TextRow;
import dev.cohort.protocol.inference.ModelInferResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The demo's test texts, many at a time, against the labels of the package's Python reference. */
public final class ExactBench implements Bench {
  private static final int SEATS = 2;
  private static final int IN_FLIGHT = 64;
  private static final Duration TIMEOUT = Duration.ofMinutes(1);
  private static final String ROW = "exact.different";
  private static final String UNIT = "labels";
  private static final String REFERENCE = "reference.jsonl";

  @Override
  public String name() {
    return "exact";
  }

  @Override
  public String summary() {
    return "CLINC150 test texts in a burst, fp32, all students: labels that differ from PyTorch's";
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    Path texts = settings.home().demoTexts();
    Optional<Path> python = PythonReference.python();
    if (!Files.isRegularFile(texts)) {
      return List.of(Row.notMeasured(ROW, UNIT, texts + " is missing"));
    }
    if (settings.options().reference().isEmpty() && python.isEmpty()) {
      return List.of(
          Row.notMeasured(
              ROW, UNIT, "no Python environment; --reference FILE or COHORT_PYTHON_ENV"));
    }
    Path folder = Files.createTempDirectory("cohort-exact-");
    try {
      return rows(settings, texts, reference(settings, python, texts, folder));
    } finally {
      delete(folder);
    }
  }

  private static Path reference(
      BenchSettings settings, Optional<Path> python, Path texts, Path folder)
      throws IOException, InterruptedException {
    if (settings.options().reference().isPresent()) {
      return settings.options().reference().orElseThrow();
    }
    settings.say("exact: PyTorch answers the texts; this takes a minute or more");
    Path out = folder.resolve(REFERENCE);
    PythonReference.run(settings, python.orElseThrow(), texts, out);
    return out;
  }

  private static List<Row> rows(BenchSettings settings, Path texts, Path reference)
      throws Exception {
    List<TextRow> rows = TextFile.read(texts);
    StagePlan plan = StagePlan.of(settings.students(), SEATS).withSeats("cohort.precision", "fp32");
    try (Stage stage = Stage.start(settings.home(), plan);
        InferClient client = new InferClient(stage.target(), 2)) {
      List<String> expected = PythonReference.labels(reference, stage.manifest());
      if (expected.size() != rows.size()) {
        throw CommandException.input(
            "%s has %d answers for %d texts".formatted(reference, expected.size(), rows.size()));
      }
      settings.say("exact: %,d texts, %d in flight", rows.size(), IN_FLIGHT);
      return List.of(row(rows, expected, burst(stage, client, rows)));
    }
  }

  /** The answers in the order of the texts. */
  private static List<ModelInferResponse> burst(Stage stage, InferClient client, List<TextRow> rows)
      throws Exception {
    InferRequests requests =
        new InferRequests(stage.manifest()).minStudents(stage.manifest().studentsTotal());
    Semaphore free = new Semaphore(IN_FLIGHT);
    List<CompletableFuture<ModelInferResponse>> calls = new ArrayList<>();
    for (TextRow row : rows) {
      if (!free.tryAcquire(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        throw CommandException.failure("no answer within " + TIMEOUT);
      }
      calls.add(
          client
              .call(requests.texts(List.of(row.first())), TIMEOUT)
              .whenComplete((answer, failure) -> free.release()));
    }
    List<ModelInferResponse> answers = new ArrayList<>();
    for (CompletableFuture<ModelInferResponse> call : calls) {
      answers.add(call.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS));
    }
    return answers;
  }

  private static Row row(
      List<TextRow> rows, List<String> expected, List<ModelInferResponse> answers) {
    int different = 0;
    int right = 0;
    int reduced = 0;
    for (int i = 0; i < answers.size(); i++) {
      String label = answers.get(i).getOutputs(0).getContents().getBytesContents(0).toStringUtf8();
      different += label.equals(expected.get(i)) ? 0 : 1;
      right += rows.get(i).label().filter(label::equals).isPresent() ? 1 : 0;
      reduced += isReduced(answers.get(i)) ? 1 : 0;
    }
    return Row.of(ROW, different, UNIT)
        .with(Bar.atMost(0))
        .withDetail(
            "of %,d; accuracy %.2f %%; %d with fewer than all students"
                .formatted(answers.size(), 100.0 * right / answers.size(), reduced));
  }

  private static boolean isReduced(ModelInferResponse answer) {
    return answer.getParametersOrThrow("pruned").getBoolParam()
        || answer.getParametersOrThrow("degraded").getBoolParam();
  }

  private static void delete(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(REFERENCE));
    Files.delete(folder);
  }
}
