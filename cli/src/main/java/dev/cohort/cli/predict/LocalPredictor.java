package dev.cohort.cli.predict;

import dev.cohort.cli.CommandException;
import dev.cohort.packages.Answers;
import dev.cohort.packages.BatchRules;
import dev.cohort.packages.Manifest;
import dev.cohort.packages.Manifest.Task;
import dev.cohort.packages.Package;
import dev.cohort.packages.PackageException;
import dev.cohort.packages.PackedBatch;
import dev.cohort.packages.TextTokenizer;
import dev.cohort.packages.TokenRow;
import dev.cohort.student.engine.StudentEngine;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Answers with a package in this process. Holds native memory until closed. */
final class LocalPredictor implements Predictor {
  private final Manifest manifest;
  private final Answers answers;
  private final TextTokenizer tokenizer;
  private final StudentEngine engine;
  private final int prefix;

  private LocalPredictor(
      Package source, TextTokenizer tokenizer, StudentEngine engine, int prefix) {
    this.manifest = source.manifest();
    this.answers = source.answers();
    this.tokenizer = tokenizer;
    this.engine = engine;
    this.prefix = prefix;
  }

  /**
   * Verifies a package and loads the students that are wanted.
   *
   * @param students how many, in boosting order; null for all
   * @throws CommandException when there are not so many
   * @throws PackageException when the package is refused
   */
  static LocalPredictor open(Path folder, Integer students) throws PackageException {
    Package source = Package.open(folder);
    int total = source.manifest().studentsTotal();
    int prefix = students == null ? total : students;
    if (prefix < 1 || prefix > total) {
      throw CommandException.input(
          "--students is %d; package %s has 1 to %d"
              .formatted(prefix, source.manifest().name(), total));
    }
    TextTokenizer tokenizer = source.tokenizer();
    StudentEngine engine = StudentEngine.load(source, IntStream.range(0, prefix).boxed().toList());
    return new LocalPredictor(source, tokenizer, engine, prefix);
  }

  @Override
  public List<Prediction> predict(List<Question> rows) {
    List<TokenRow> tokens = rows.stream().map(this::tokens).toList();
    PackedBatch batch = PackedBatch.of(tokens, BatchRules.of(manifest));
    float[] logits = answers.logits(engine.forwardPrefix(batch, prefix), rows.size());
    int[] students = new int[rows.size()];
    Arrays.fill(students, prefix);
    float[] activated = answers.activate(logits, students);
    List<String> labels =
        manifest.task() == Task.CLASSIFICATION ? answers.labels(logits) : List.of();
    return IntStream.range(0, rows.size())
        .mapToObj(row -> prediction(row, labels, activated))
        .toList();
  }

  @Override
  public void close() {
    engine.close();
    tokenizer.close();
  }

  private TokenRow tokens(Question row) {
    return row.second()
        .map(second -> tokenizer.encode(row.first(), second))
        .orElseGet(() -> tokenizer.encode(row.first()));
  }

  private Prediction prediction(int row, List<String> labels, float[] activated) {
    int columns = answers.columns();
    return new Prediction(
        manifest.task(),
        labels.isEmpty() ? "" : labels.get(row),
        Arrays.copyOfRange(activated, row * columns, (row + 1) * columns),
        prefix);
  }
}
