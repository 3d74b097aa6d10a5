package dev.cohort.student;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cohort.packages.Answers;
import dev.cohort.packages.BatchRules;
import dev.cohort.packages.Manifest;
import dev.cohort.packages.Package;
import dev.cohort.packages.PackedBatch;
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
import org.junit.jupiter.api.Test;

/** The demo package's quality through Java and ONNX Runtime is what its manifest says. */
class DemoPackageIT {
  private static final Path DEMO = Path.of("..", "demo", "clinc150");
  private static final Path TEST = Path.of("..", "demo", "data", "clinc150", "test.tsv");
  private static final int BATCH = 32;
  private static final double POINTS = 0.2;

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

  private static int[] hits(
      StudentEngine engine, Answers answers, BatchRules rules, List<Labelled> rows) {
    PackedBatch batch = PackedBatch.of(rows.stream().map(Labelled::row).toList(), rules);
    List<float[]> prefixes =
        answers.prefixes(engine.forwardPrefix(batch, engine.students().size()), rows.size());
    return prefixes.stream()
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

  @Test
  void everyPrefixHasTheAccuracyOfTheManifest() throws Exception {
    Package opened = Package.open(DEMO);
    Manifest.Split split = opened.manifest().quality().test().orElseThrow();
    List<Labelled> rows = read(opened);
    assertEquals(split.rows(), rows.size());
    int[] hits = new int[split.prefixes().size()];
    try (StudentEngine engine = StudentEngine.load(opened);
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Answers answers = opened.answers();
      BatchRules rules = BatchRules.of(opened.manifest());
      List<Future<int[]>> results = new ArrayList<>();
      for (int start = 0; start < rows.size(); start += BATCH) {
        List<Labelled> batch = rows.subList(start, Math.min(start + BATCH, rows.size()));
        results.add(threads.submit(() -> hits(engine, answers, rules, batch)));
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
