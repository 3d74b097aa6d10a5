package dev.cohort.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Resources that an API server must accept, and others that it must refuse with the words given.
 */
final class Corpus {
  private static final Path FOLDER = Path.of("..", "crds", "src", "test", "resources", "corpus");
  private static final String COMMENT = "# ";

  private Corpus() {}

  /** One resource. */
  record Entry(String name, String yaml) {
    /** What the server says to it: the first line of the file. */
    String refusal() {
      String first = yaml.lines().findFirst().orElseThrow();
      if (!first.startsWith(COMMENT)) {
        throw new IllegalStateException(name + ": the first line is no comment with the refusal");
      }
      return first.substring(COMMENT.length());
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static List<Entry> accepted() {
    return entries("accepted");
  }

  static List<Entry> rejected() {
    return entries("rejected");
  }

  private static List<Entry> entries(String folder) {
    try (Stream<Path> files = Files.list(FOLDER.resolve(folder))) {
      return files.sorted().map(Corpus::entry).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Entry entry(Path file) {
    try {
      return new Entry(file.getFileName().toString(), Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
