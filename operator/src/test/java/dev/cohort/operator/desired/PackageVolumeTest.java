package dev.cohort.operator.desired;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an init container runs to copy a package out of its image. */
final class PackageVolumeTest {
  @TempDir Path folder;
  private Path from;
  private Path to;

  @BeforeEach
  void makeFolders() throws IOException {
    from = Files.createDirectory(folder.resolve("from"));
    to = Files.createDirectory(folder.resolve("to"));
  }

  /** A root has folders without an end. */
  @Test
  void copiesThePlainFilesOfARoot() throws Exception {
    Files.writeString(from.resolve("package.json"), "{}");
    Files.writeString(from.resolve("with a space"), "x");
    Files.createSymbolicLink(Files.createDirectory(from.resolve("proc")).resolve("self"), from);
    assertEquals(0, copy());
    try (Stream<Path> files = Files.list(to)) {
      assertEquals(
          List.of("package.json", "with a space"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
    assertEquals("x", Files.readString(to.resolve("with a space")));
  }

  @Test
  void aFileThatCannotBeCopiedEndsIt() throws Exception {
    Files.writeString(from.resolve("package.json"), "{}");
    Files.delete(to);
    to = folder.resolve("missing/folder");
    assertNotEquals(0, copy());
  }

  private int copy() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("sh", "-c", PackageVolume.COPY, "copy", from.toString(), to.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile())
            .start();
    try {
      return process.waitFor(30, TimeUnit.SECONDS) ? process.exitValue() : -1;
    } finally {
      process.destroyForcibly();
    }
  }
}
