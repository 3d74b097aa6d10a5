package dev.cohort.packages;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The committed test packages; {@code src/test/python/make_tiny_package.py} makes them. */
final class TinyPackage {
  private TinyPackage() {}

  static Path folder(String name) {
    try {
      return Path.of(TinyPackage.class.getResource("/" + name + "/package.json").toURI())
          .getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A copy that a test may damage, deleted when the JVM ends. */
  static Path copy(String name) throws IOException {
    Path copy = Files.createTempDirectory("cohort-package-");
    copy.toFile().deleteOnExit();
    for (Path file : files(folder(name))) {
      Path target = copy.resolve(file.getFileName().toString());
      target.toFile().deleteOnExit();
      Files.copy(file, target);
    }
    return copy;
  }

  /** All files of the folder but the references, which are no part of the package. */
  static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> !file.toString().endsWith(".jsonl")).sorted().toList();
    }
  }
}
