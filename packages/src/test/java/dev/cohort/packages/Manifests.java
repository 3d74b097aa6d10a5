package dev.cohort.packages;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Manifests for tests that need no package folder. */
final class Manifests {
  private Manifests() {}

  static Manifest of(Manifest.Task task, List<Float> bias, List<String> labels) {
    return of(task, bias, labels, List.of(0.9), Optional.empty());
  }

  static Manifest withDevQuality(Double... prefixes) {
    return of(Arrays.asList(prefixes), Optional.empty());
  }

  static Manifest withTemperatures(Double... temperatures) {
    return of(
        Collections.nCopies(temperatures.length, 0.9),
        Optional.of(new Manifest.Calibration(Arrays.asList(temperatures))));
  }

  private static Manifest of(List<Double> prefixes, Optional<Manifest.Calibration> calibration) {
    return of(
        Manifest.Task.CLASSIFICATION, List.of(0f, 0f), List.of("a", "b"), prefixes, calibration);
  }

  private static Manifest of(
      Manifest.Task task,
      List<Float> bias,
      List<String> labels,
      List<Double> prefixes,
      Optional<Manifest.Calibration> calibration) {
    Manifest.ListedFile file = new Manifest.ListedFile("student-0.onnx", 1, "0".repeat(64));
    Manifest.Interval interval = new Manifest.Interval(0, 1);
    return new Manifest(
        "sha256:" + "0".repeat(64),
        "test",
        "1",
        task,
        labels,
        bias,
        new Manifest.Dimensions(bias.size(), 8, 100, 16, 2),
        new Manifest.Tokenization("tokenizer.json", 1, 16, Manifest.Truncation.LONGEST_FIRST, 0),
        Manifest.Weights.FP32,
        List.of(file),
        Collections.nCopies(
            prefixes.size(), new Manifest.Student("student-0.onnx", 2, 1, List.of(file))),
        new Manifest.SelfTest(List.of("a"), List.of(1), List.of(0), List.of(bias), 1e-3f),
        new Manifest.Quality(
            Manifest.Metric.ACCURACY,
            new Manifest.Split(
                10, 0.95, interval, prefixes, Collections.nCopies(prefixes.size(), interval)),
            Optional.empty()),
        Optional.empty(),
        calibration,
        Map.of());
  }
}
