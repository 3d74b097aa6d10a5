package dev.cohort.aggregator;

import dev.cohort.packages.Manifest;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Manifests of packages that need no files: what reading requests depends on. */
public final class Manifests {
  private Manifests() {}

  /** Three labels, 100 tokens in the vocabulary, 2 token types, rows of at most 8 tokens. */
  public static Manifest classification() {
    return of(Manifest.Task.CLASSIFICATION, List.of("red", "green", "blue"), 1, 2);
  }

  /** The same with pairs of texts. */
  public static Manifest pairs() {
    return of(Manifest.Task.CLASSIFICATION, List.of("red", "green", "blue"), 2, 2);
  }

  /** One number. */
  public static Manifest regression() {
    return of(Manifest.Task.REGRESSION, List.of(), 1, 0);
  }

  /** A vector of 3. */
  public static Manifest embedding() {
    return of(Manifest.Task.EMBEDDING, List.of(), 1, 0);
  }

  private static Manifest of(Manifest.Task task, List<String> labels, int inputs, int tokenTypes) {
    int columns = task == Manifest.Task.REGRESSION ? 1 : 3;
    Manifest.Interval interval = new Manifest.Interval(0.5, 1);
    return new Manifest(
        "sha256:" + "0".repeat(64),
        "colours",
        "7",
        task,
        labels,
        java.util.Collections.nCopies(columns, 0.5f),
        new Manifest.Dimensions(columns, 4, 100, 8, tokenTypes),
        new Manifest.Tokenization(
            "tokenizer.json", inputs, 8, Manifest.Truncation.LONGEST_FIRST, 0),
        Manifest.Weights.FP32,
        List.of(new Manifest.ListedFile("tokenizer.json", 1, "0".repeat(64))),
        List.of(new Manifest.Student("student-0.onnx", 2, 1, List.of())),
        new Manifest.SelfTest(List.of("a"), List.of(1), List.of(0), List.of(List.of(1f)), 0.001f),
        new Manifest.Quality(
            Manifest.Metric.ACCURACY,
            new Manifest.Split(1, 1, interval, List.of(1.0), List.of(interval)),
            Optional.empty()),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }
}
