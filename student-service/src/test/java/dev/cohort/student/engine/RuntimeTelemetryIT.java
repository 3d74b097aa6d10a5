package dev.cohort.student.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real runtime, started in a process whose environment says nothing about reports. */
class RuntimeTelemetryIT {
  /** Starts the runtime; the process of this test. */
  static final class Start {
    private Start() {}

    public static void main(String[] arguments) {
      System.out.println(OnnxRuntime.version());
    }
  }

  @TempDir private Path home;

  @Test
  void nothingIsPreparedForReports() throws Exception {
    Path log = home.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.io.tmpdir=" + home,
                "-cp",
                System.getProperty("java.class.path"),
                Start.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    // Build servers' own variables would switch reports off, too.
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/bin:/bin");
    builder.environment().put("HOME", home.toString());
    builder.environment().put("TMPDIR", home.toString());
    Process process = builder.start();
    try {
      assertTrue(process.waitFor(60, TimeUnit.SECONDS), "the runtime did not start in 60 s");
      assertEquals(0, process.exitValue(), () -> read(log));
    } finally {
      process.destroyForcibly();
    }
    assertTrue(read(log).contains("ONNX Runtime "), () -> read(log));
    assertEquals(List.of(), filesOfReports(), "files that ONNX Runtime keeps for its reports");
  }

  private List<Path> filesOfReports() throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      return files
          .filter(Files::isRegularFile)
          .map(home::relativize)
          .filter(file -> file.toString().matches(".*(mat-debug|deviceid|onnxruntime\\.db).*"))
          .toList();
    }
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
