package dev.cohort.packages;

import dev.cohort.packages.PackageException.Reason;
import java.util.HashSet;
import java.util.List;
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
    requireSize(
        "/self_test/contributions",
        test.contributions().size(),
        manifest.studentsTotal(),
        "/students");
    for (int k = 0; k < test.contributions().size(); k++) {
      String key = "/self_test/contributions/" + k;
      List<Float> contribution = test.contributions().get(k);
      requireSize(key, contribution.size(), manifest.outputDimension(), "/dimensions/output");
      requireFinite(key, contribution);
    }
    try {
      PackedBatch.of(List.of(test.row()), BatchRules.of(manifest));
    } catch (InputException e) {
      throw contradiction("/self_test: " + e.getMessage());
    }
  }

  private void split(String key, Manifest.Split split) throws PackageException {
    int students = manifest.studentsTotal();
    requireSize(key + "/prefixes", split.prefixes().size(), students, "/students");
    requireSize(key + "/prefix_intervals", split.prefixIntervals().size(), students, "/students");
    double least = manifest.quality().metric() == Manifest.Metric.ACCURACY ? 0 : -1;
    for (int k = 0; k < students; k++) {
      requireBetween(key + "/prefixes/" + k, split.prefixes().get(k), least);
    }
    requireBetween(key + "/teacher", split.teacher(), least);
  }

  private static void requireBetween(String key, double value, double least)
      throws PackageException {
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
