package dev.cohort.packages;

import dev.cohort.packages.PackageException.Reason;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Contradictions inside a manifest that the schema cannot see. */
final class ManifestCheck {
  private final Manifest manifest;

  private ManifestCheck(Manifest manifest) {
    this.manifest = manifest;
  }

  static void check(Manifest manifest) throws PackageException {
    ManifestCheck check = new ManifestCheck(manifest);
    check.paths();
    check.outputs();
    check.tokens();
    check.selfTest();
    check.split("/quality/dev", manifest.quality().dev());
    if (manifest.quality().test().isPresent()) {
      check.split("/quality/test", manifest.quality().test().get());
    }
    if (manifest.int8().isPresent()) {
      check.int8(manifest.int8().get());
    }
    if (manifest.calibration().isPresent()) {
      check.calibration(manifest.calibration().get());
    }
  }

  private void paths() throws PackageException {
    Set<String> seen = new HashSet<>();
    List<Manifest.ListedFile> all =
        Stream.concat(
                manifest.files().stream(),
                manifest.students().stream().flatMap(student -> student.files().stream()))
            .toList();
    for (Manifest.ListedFile file : all) {
      if (!seen.add(file.path())) {
        throw new PackageException(
            Reason.PATH, ManifestReader.FILE, file.path() + " is listed twice");
      }
    }
    requireListed("/tokenizer/path", manifest.tokenizer().path(), manifest.files());
    for (int k = 0; k < manifest.studentsTotal(); k++) {
      Manifest.Student student = manifest.students().get(k);
      requireListed("/students/" + k + "/graph", student.graph(), student.files());
    }
  }

  private static void requireListed(String key, String path, List<Manifest.ListedFile> files)
      throws PackageException {
    if (files.stream().noneMatch(file -> file.path().equals(path))) {
      throw contradiction("%s is %s, which is not among the files beside it".formatted(key, path));
    }
  }

  private void outputs() throws PackageException {
    int output = manifest.outputDimension();
    requireSize("/bias", manifest.bias().size(), output, "/dimensions/output");
    requireFinite("/bias", manifest.bias());
    switch (manifest.task()) {
      case CLASSIFICATION ->
          requireSize("/labels", manifest.labels().size(), output, "/dimensions/output");
      case REGRESSION -> requireSize("/dimensions/output", output, 1, "regression");
      case EMBEDDING -> requireSize("/labels", manifest.labels().size(), 0, "embedding");
    }
  }

  private void tokens() throws PackageException {
    Manifest.Tokenization tokenizer = manifest.tokenizer();
    int positions = manifest.dimensions().positions();
    if (tokenizer.maxTokens() + tokenizer.positionOffset() > positions) {
      throw contradiction(
          "/tokenizer/max_tokens %d + /tokenizer/position_offset %d exceed /dimensions/positions %d"
              .formatted(tokenizer.maxTokens(), tokenizer.positionOffset(), positions));
    }
    if (tokenizer.inputs() == 1 && tokenizer.truncation() == Manifest.Truncation.ONLY_SECOND) {
      throw contradiction("/tokenizer/truncation is only_second but /tokenizer/inputs is 1");
    }
  }

  private void selfTest() throws PackageException {
    Manifest.SelfTest test = manifest.selfTest();
    requireSize("/self_test/text", test.text().size(), manifest.tokenizer().inputs(), "inputs");
    requireSize(
        "/self_test/token_type_ids",
        test.tokenTypeIds().size(),
        test.inputIds().size(),
        "/self_test/input_ids");
    contributions("/self_test/contributions", test.contributions());
    try {
      PackedBatch.of(List.of(test.row()), BatchRules.of(manifest));
    } catch (InputException e) {
      throw contradiction("/self_test: " + e.getMessage());
    }
  }

  private void contributions(String key, List<List<Float>> contributions) throws PackageException {
    requireSize(key, contributions.size(), manifest.studentsTotal(), "/students");
    for (int k = 0; k < contributions.size(); k++) {
      String row = key + "/" + k;
      List<Float> contribution = contributions.get(k);
      requireSize(row, contribution.size(), manifest.outputDimension(), "/dimensions/output");
      requireFinite(row, contribution);
    }
  }

  private void int8(Manifest.Int8 int8) throws PackageException {
    if (manifest.weights() != Manifest.Weights.INT8) {
      throw contradiction("/int8 needs /weights int8");
    }
    requireSize("/int8/graphs", int8.graphs().size(), manifest.studentsTotal(), "/students");
    for (int k = 0; k < int8.graphs().size(); k++) {
      int8Graph("/int8/graphs/" + k, int8.graphs().get(k), manifest.students().get(k));
    }
    contributions("/int8/contributions", int8.contributions());
    if (int8.quality().isPresent()) {
      int8Quality(int8.quality().get());
    }
  }

  private static void int8Graph(String key, String graph, Manifest.Student student)
      throws PackageException {
    requireListed(key, graph, student.files());
    if (graph.equals(student.graph())) {
      throw contradiction("%s is %s, the student's first graph".formatted(key, graph));
    }
  }

  private void int8Quality(Manifest.Int8Quality quality) throws PackageException {
    sameRows("/int8/quality/dev", quality.dev(), Optional.of(manifest.quality().dev()));
    if (quality.test().isPresent()) {
      sameRows("/int8/quality/test", quality.test().get(), manifest.quality().test());
    }
  }

  /** Figures of the two arithmetics can be compared only on the same rows. */
  private void sameRows(String key, Manifest.Measured measured, Optional<Manifest.Split> fp32)
      throws PackageException {
    int rows = fp32.map(Manifest.Split::rows).orElse(0);
    requireSize(key + "/rows", measured.rows(), rows, key.substring("/int8".length()));
    prefixes(key, measured);
  }

  private void calibration(Manifest.Calibration calibration) throws PackageException {
    if (manifest.task() != Manifest.Task.CLASSIFICATION) {
      throw contradiction("/calibration needs /task classification");
    }
    int temperatures = calibration.temperatures().size();
    requireSize("/calibration/temperatures", temperatures, manifest.studentsTotal(), "/students");
  }

  private void split(String key, Manifest.Split split) throws PackageException {
    prefixes(key, split.measured());
    requireBetween(key + "/teacher", split.teacher());
  }

  private void prefixes(String key, Manifest.Measured measured) throws PackageException {
    int students = manifest.studentsTotal();
    int intervals = measured.prefixIntervals().size();
    requireSize(key + "/prefixes", measured.prefixes().size(), students, "/students");
    requireSize(key + "/prefix_intervals", intervals, students, "/students");
    for (int k = 0; k < students; k++) {
      requireBetween(key + "/prefixes/" + k, measured.prefixes().get(k));
    }
  }

  private void requireBetween(String key, double value) throws PackageException {
    double least = manifest.quality().metric() == Manifest.Metric.ACCURACY ? 0 : -1;
    if (!(value >= least && value <= 1)) {
      throw contradiction("%s is %s; allowed are %s to 1".formatted(key, value, least));
    }
  }

  private static void requireSize(String key, int size, int wanted, String because)
      throws PackageException {
    if (size != wanted) {
      throw contradiction("%s has %d; %s needs %d".formatted(key, size, because, wanted));
    }
  }

  private static void requireFinite(String key, List<Float> values) throws PackageException {
    for (int i = 0; i < values.size(); i++) {
      if (!Float.isFinite(values.get(i))) {
        throw contradiction("%s/%d is not a finite 32-bit number".formatted(key, i));
      }
    }
  }

  private static PackageException contradiction(String detail) {
    return new PackageException(Reason.SHAPE, ManifestReader.FILE, detail);
  }
}
