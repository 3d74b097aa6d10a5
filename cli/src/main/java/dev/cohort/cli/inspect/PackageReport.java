package dev.cohort.cli.inspect;

import dev.cohort.packages.Manifest;
import dev.cohort.packages.Manifest.ListedFile;
import dev.cohort.packages.Manifest.Student;
import dev.cohort.packages.Package;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a package holds, as lines of text for people. Stateless. */
final class PackageReport {
  private static final String MEMBER = "%-10s %6s %12s  %10s  %s";

  private PackageReport() {}

  /** All lines about a package. */
  static List<String> lines(Package opened) {
    Manifest manifest = opened.manifest();
    List<String> lines = new ArrayList<>();
    lines.addAll(heading(opened));
    lines.add("");
    lines.add(text(MEMBER, "member", "layers", "parameters", "bytes", "files"));
    lines.add(member("shared", "-", "-", manifest.files()));
    for (int student = 0; student < manifest.studentsTotal(); student++) {
      lines.add(student(student, manifest.students().get(student)));
    }
    lines.add(text(MEMBER, "all", "", "", text("%,d", bytes(allFiles(manifest))), ""));
    lines.add("");
    lines.addAll(QualityChart.lines(manifest.quality(), "dev", manifest.quality().dev()));
    manifest
        .quality()
        .test()
        .ifPresent(
            split -> {
              lines.add("");
              lines.addAll(QualityChart.lines(manifest.quality(), "test", split));
            });
    return lines;
  }

  private static List<String> heading(Package opened) {
    Manifest manifest = opened.manifest();
    return List.of(
        text("%s, version %s: %s", manifest.name(), manifest.version(), task(manifest)),
        text("digest    %s", manifest.digest()),
        text("folder    %s (every file verified)", opened.directory()),
        text(
            "rows      %s, at most %d tokens",
            manifest.tokenizer().inputs() == 1 ? "one text" : "a pair of texts",
            manifest.tokenizer().maxTokens()),
        text("weights   %s", manifest.weights().name().toLowerCase(Locale.ROOT)),
        text(
            "floor     prefix %d of %d keeps the quality within 1.0 points (dev)",
            manifest.floorPrefix(1.0), manifest.studentsTotal()));
  }

  private static String task(Manifest manifest) {
    return switch (manifest.task()) {
      case CLASSIFICATION -> text("classification, %d labels", manifest.labels().size());
      case REGRESSION -> "regression";
      case EMBEDDING -> text("embedding, %d dimensions", manifest.outputDimension());
    };
  }

  private static String student(int index, Student student) {
    return member(
        "student " + index,
        Integer.toString(student.layers()),
        text("%,d", student.parameters()),
        student.files());
  }

  private static String member(
      String name, String layers, String parameters, List<ListedFile> files) {
    String names = files.stream().map(ListedFile::path).collect(Collectors.joining(" "));
    return text(MEMBER, name, layers, parameters, text("%,d", bytes(files.stream())), names);
  }

  private static Stream<ListedFile> allFiles(Manifest manifest) {
    return Stream.concat(
        manifest.files().stream(),
        manifest.students().stream().flatMap(student -> student.files().stream()));
  }

  private static long bytes(Stream<ListedFile> files) {
    return files.mapToLong(ListedFile::bytes).sum();
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values).stripTrailing();
  }
}
