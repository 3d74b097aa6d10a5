package dev.cohort.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The Java modules of this project, and which of them each may use. A module is named by its part
 * of the package name: {@code student} is {@code dev.cohort.student}.
 */
final class Modules {
  /** Prefix of all our packages. */
  static final String ROOT = "dev.cohort";

  /** Module to the modules it may use. Those that are still to come are listed too. */
  static final Map<String, Set<String>> MAY_USE =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("policy", Set.of()),
              Map.entry("crds", Set.of()),
              Map.entry("protocol", Set.of()),
              Map.entry("testing", Set.of()),
              Map.entry("security", Set.of()),
              Map.entry("observability", Set.of()),
              Map.entry("packages", Set.of("protocol")),
              Map.entry(
                  "student", Set.of("policy", "protocol", "packages", "security", "observability")),
              Map.entry(
                  "aggregator",
                  Set.of("policy", "protocol", "packages", "security", "observability")),
              Map.entry(
                  "operator", Set.of("policy", "protocol", "crds", "security", "observability")),
              Map.entry("cli", Set.of("policy", "protocol", "packages", "security", "student")),
              Map.entry(
                  "benchmarks",
                  Set.of(
                      "policy",
                      "protocol",
                      "packages",
                      "security",
                      "observability",
                      "student",
                      "aggregator",
                      "cli"))));

  private static final Path REPOSITORY = Path.of("..");

  private Modules() {}

  /** Full names of all top-level classes in the main sources of all modules. */
  static List<String> sourceClasses() throws IOException {
    try (Stream<Path> modules = Files.list(REPOSITORY)) {
      return modules
          .map(module -> module.resolve("src/main/java"))
          .filter(Files::isDirectory)
          .flatMap(Modules::classesIn)
          .sorted()
          .toList();
    }
  }

  /** Package pattern of a module, its sub-packages included. */
  static String pattern(String module) {
    return ROOT + "." + module + "..";
  }

  private static Stream<String> classesIn(Path sources) {
    try (Stream<Path> files = Files.walk(sources)) {
      return files
          .map(file -> sources.relativize(file).toString())
          .filter(name -> name.endsWith(".java"))
          .filter(name -> !name.endsWith("-info.java"))
          .map(name -> name.substring(0, name.length() - ".java".length()).replace('/', '.'))
          .toList()
          .stream();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
