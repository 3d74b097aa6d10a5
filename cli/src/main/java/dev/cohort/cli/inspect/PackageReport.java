package dev.cohort.cli.inspect;

import dev.cohort.packages.Manifest;
import dev.cohort.packages.Manifest.Int8;
import dev.cohort.packages.Manifest.Int8Quality;
import dev.cohort.packages.Manifest.Interval;
import dev.cohort.packages.Manifest.ListedFile;
import dev.cohort.packages.Manifest.Measured;
import dev.cohort.packages.Manifest.Split;
import dev.cohort.packages.Manifest.Student;
import dev.cohort.packages.Package;
import dev.cohort.packages.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
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
    Optional<Int8Quality> int8 = manifest.int8().flatMap(Int8::quality);
    Split dev = manifest.quality().dev();
    lines.addAll(QualityChart.lines(manifest.quality(), "dev", dev));
    int8.ifPresent(quality -> lines.addAll(int8(dev, quality.dev())));
    manifest
        .quality()
        .test()
        .ifPresent(
            test -> {
              lines.add("");
              lines.addAll(QualityChart.lines(manifest.quality(), "test", test));
              int8.flatMap(Int8Quality::test).ifPresent(split -> lines.addAll(int8(test, split)));
            });
    return lines;
  }

  /** Quality in int8, with the points that it gives up or gains. */
  private static List<String> int8(Split fp32, Measured int8) {
    return IntStream.range(0, int8.prefixes().size())
        .mapToObj(
            k -> {
              double value = int8.prefixes().get(k);
              Interval interval = int8.prefixIntervals().get(k);
              return text(
                  "int8 %d    %8.4f  %.4f..%.4f  %+.2f points to fp32",
                  k + 1,
                  value,
                  interval.lower(),
                  interval.upper(),
                  100 * (value - fp32.prefixes().get(k)));
            })
        .toList();
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
        text("runs in   %s", precisions(manifest)),
        text(
            "floor     prefix %d of %d keeps the quality within 1.0 points (dev)",
            manifest.floorPrefix(1.0), manifest.studentsTotal()));
  }

  private static String precisions(Manifest manifest) {
    return Arrays.stream(Precision.values())
        .filter(manifest::runs)
        .map(Precision::toString)
        .collect(Collectors.joining(", "));
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
