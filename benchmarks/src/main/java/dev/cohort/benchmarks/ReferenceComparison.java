package dev.cohort.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohort.packages.Answers;
import dev.cohort.packages.BatchRules;
import dev.cohort.packages.Package;
import dev.cohort.packages.PackedBatch;
import dev.cohort.packages.TextTokenizer;
import dev.cohort.packages.TokenRow;
import dev.cohort.student.engine.StudentEngine;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Largest difference between Java and PyTorch, over texts, prefixes and columns.
 *
 * <pre>ReferenceComparison PACKAGE TEXTS REFERENCE.jsonl</pre>
 *
 * <p>TEXTS has one text a line. The distiller makes the reference from the same file: {@code python
 * -m cohort_distiller.reference PACKAGE --texts TEXTS --out REFERENCE.jsonl}.
 */
public final class ReferenceComparison {
  private static final int BATCH = 16;
  private static final double BAR = 1e-3;

  private ReferenceComparison() {}

  /**
   * Prints the difference; exit status 1 when it is above 1e-3 or token ids differ.
   *
   * @param arguments package, texts, reference
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 3) {
      System.err.println("usage: ReferenceComparison PACKAGE TEXTS REFERENCE.jsonl");
      System.exit(2);
    }
    Package opened = Package.open(Path.of(arguments[0]));
    List<String> texts = Files.readAllLines(Path.of(arguments[1]));
    List<String> references = Files.readAllLines(Path.of(arguments[2]));
    if (texts.size() != references.size()) {
      System.err.printf("%d texts but %d references%n", texts.size(), references.size());
      System.exit(2);
    }
    double difference = 0;
    try (StudentEngine engine = StudentEngine.load(opened);
        TextTokenizer tokenizer = opened.tokenizer()) {
      for (int start = 0; start < texts.size(); start += BATCH) {
        int end = Math.min(texts.size(), start + BATCH);
        List<TokenRow> rows = texts.subList(start, end).stream().map(tokenizer::encode).toList();
        difference =
            Math.max(difference, compare(opened, engine, rows, references.subList(start, end)));
      }
    }
    System.out.printf(
        "%s: %d texts, %d students, largest difference of a logit %.2e (bar %.0e)%n",
        opened.manifest().name(), texts.size(), opened.manifest().studentsTotal(), difference, BAR);
    System.exit(difference <= BAR ? 0 : 1);
  }

  private static double compare(
      Package opened, StudentEngine engine, List<TokenRow> rows, List<String> references)
      throws Exception {
    Answers answers = opened.answers();
    PackedBatch batch = PackedBatch.of(rows, BatchRules.of(opened.manifest()));
    int students = opened.manifest().studentsTotal();
    List<float[]> prefixes = answers.prefixes(engine.forwardPrefix(batch, students), batch.rows());
    double difference = 0;
    for (int row = 0; row < rows.size(); row++) {
      JsonNode reference = new ObjectMapper().readTree(references.get(row));
      requireSameIds(rows.get(row), reference.get("input_ids"));
      for (int k = 0; k < students; k++) {
        JsonNode expected = reference.get("prefix_logits").get(k);
        for (int column = 0; column < answers.columns(); column++) {
          float logit = prefixes.get(k)[row * answers.columns() + column];
          difference = Math.max(difference, Math.abs(logit - expected.get(column).doubleValue()));
        }
      }
    }
    return difference;
  }

  private static void requireSameIds(TokenRow row, JsonNode expected) {
    int[] ids = IntStream.range(0, expected.size()).map(i -> expected.get(i).intValue()).toArray();
    if (!Arrays.equals(ids, row.ids())) {
      System.err.println("token ids differ: " + Arrays.toString(row.ids()) + " and " + expected);
      System.exit(1);
    }
  }
}
