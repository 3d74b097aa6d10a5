package dev.cohort.student;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.packages.Answers;
import dev.cohort.packages.BatchRules;
import dev.cohort.packages.Manifest;
import dev.cohort.packages.Package;
import dev.cohort.packages.PackedBatch;
import dev.cohort.packages.Precision;
import dev.cohort.packages.TextTokenizer;
import dev.cohort.packages.TokenRow;
import dev.cohort.student.engine.StudentEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The demo package's quality through Java and ONNX Runtime is what its manifest says. */
class DemoPackageIT {
  private static final Path DEMO = Path.of("..", "demo", "clinc150");
  private static final Path TEST = Path.of("..", "demo", "data", "clinc150", "test.tsv");
  private static final int BATCH = 32;
  private static final double POINTS = 0.2;

  /** Rows on which both arithmetics are compared, and the share that may get another label. */
  private static final int INT8_ROWS = 1_000;

  private static final double MAX_FLIPS = 0.015;

  private record Labelled(TokenRow row, int label) {}

  private static List<Labelled> read(Package opened) throws IOException {
    List<String> labels = opened.manifest().labels();
    List<Labelled> rows = new ArrayList<>();
    try (TextTokenizer tokenizer = opened.tokenizer()) {
      for (String line : Files.readAllLines(TEST).stream().skip(1).toList()) {
        String[] cells = line.split("\t");
        rows.add(new Labelled(tokenizer.encode(cells[0]), labels.indexOf(cells[1])));
      }
    }
    // Rows of one length together: no cell of the attention rectangle is padding.
    rows.sort(Comparator.comparingInt(labelled -> labelled.row().length()));
    return rows;
  }

  private static int[] hits(StudentEngine engine, Package opened, List<Labelled> rows) {
    Answers answers = opened.answers();
    return logits(engine, opened, rows).stream()
        .mapToInt(
            logits -> {
              int[] columns = answers.argmax(logits);
              int hits = 0;
              for (int row = 0; row < columns.length; row++) {
                hits += columns[row] == rows.get(row).label() ? 1 : 0;
              }
              return hits;
            })
        .toArray();
  }

  /** Logits of each prefix for up to {@link #BATCH} rows at a time, as a seat computes them. */
  private static List<float[]> logits(StudentEngine engine, Package opened, List<Labelled> rows) {
    PackedBatch batch =
        PackedBatch.of(rows.stream().map(Labelled::row).toList(), BatchRules.of(opened.manifest()));
    int students = engine.students().size();
    return opened.answers().prefixes(engine.forwardPrefix(batch, students), rows.size());
  }

  @Test
  void int8AnswersAlmostAsFp32Does() throws Exception {
    Package opened = Package.open(DEMO);
    Answers answers = opened.answers();
    List<Labelled> all = read(opened);
    List<Labelled> rows =
        IntStream.range(0, INT8_ROWS).mapToObj(i -> all.get(i * all.size() / INT8_ROWS)).toList();
    int students = opened.manifest().studentsTotal();
    int[] flips = new int[students];
    double[] cosines = new double[students];
    try (StudentEngine fp32 = StudentEngine.load(opened);
        StudentEngine int8 = StudentEngine.load(opened, Precision.INT8)) {
      assertEquals("int8", int8.precision());
      for (int start = 0; start < rows.size(); start += BATCH) {
        List<Labelled> batch = rows.subList(start, Math.min(start + BATCH, rows.size()));
        List<float[]> exact = logits(fp32, opened, batch);
        List<float[]> rounded = logits(int8, opened, batch);
        for (int k = 0; k < students; k++) {
          cosines[k] += cosines(exact.get(k), rounded.get(k), answers.columns());
          flips[k] += differences(answers.argmax(exact.get(k)), answers.argmax(rounded.get(k)));
        }
      }
    }
    for (int k = 0; k < students; k++) {
      double cosine = cosines[k] / INT8_ROWS;
      System.out.printf(
          "prefix %d: %d of %d labels differ in int8, mean cosine %.5f%n",
          k + 1, flips[k], INT8_ROWS, cosine);
      assertTrue(flips[k] <= MAX_FLIPS * INT8_ROWS, flips[k] + " labels differ");
      assertTrue(cosine > 0.999, "mean cosine " + cosine);
    }
  }

  /** Sum over rows of the cosine of the logits. */
  private static double cosines(float[] a, float[] b, int columns) {
    double sum = 0;
    for (int row = 0; row < a.length; row += columns) {
      double product = 0;
      double squaresA = 0;
      double squaresB = 0;
      for (int i = row; i < row + columns; i++) {
        product += a[i] * b[i];
        squaresA += a[i] * a[i];
        squaresB += b[i] * b[i];
      }
      sum += product / Math.sqrt(squaresA * squaresB);
    }
    return sum;
  }

  private static int differences(int[] a, int[] b) {
    return (int) IntStream.range(0, a.length).filter(i -> a[i] != b[i]).count();
  }

  @Test
  void everyPrefixHasTheAccuracyOfTheManifest() throws Exception {
    Package opened = Package.open(DEMO);
    Manifest.Split split = opened.manifest().quality().test().orElseThrow();
    List<Labelled> rows = read(opened);
    assertEquals(split.rows(), rows.size());
    int[] hits = new int[split.prefixes().size()];
    try (StudentEngine engine = StudentEngine.load(opened);
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      List<Future<int[]>> results = new ArrayList<>();
      for (int start = 0; start < rows.size(); start += BATCH) {
        List<Labelled> batch = rows.subList(start, Math.min(start + BATCH, rows.size()));
        results.add(threads.submit(() -> hits(engine, opened, batch)));
      }
      for (Future<int[]> result : results) {
        int[] more = result.get();
        for (int k = 0; k < hits.length; k++) {
          hits[k] += more[k];
        }
      }
    }
    for (int k = 0; k < hits.length; k++) {
      double accuracy = (double) hits[k] / rows.size();
      System.out.printf(
          "prefix %d: %.4f, manifest %.4f%n", k + 1, accuracy, split.prefixes().get(k));
      assertEquals(split.prefixes().get(k), accuracy, POINTS / 100, "prefix " + (k + 1));
    }
  }
}
