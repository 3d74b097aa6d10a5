package dev.cohort.e2e.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs of this machine. */
public final class Commands {
  /** After this a command is ended, and has failed, unless it is given more. */
  public static final Duration DEADLINE = Duration.ofMinutes(2);

  private Commands() {}

  /**
   * Runs a command to its end.
   *
   * @return its standard output
   * @throws IllegalStateException with its output if it fails or does not end
   */
  public static String run(String... command) {
    return run(DEADLINE, command);
  }

  /** Runs a command that has this time to its end. */
  public static String run(Duration deadline, String... command) {
    try {
      Path out = Files.createTempFile("cohort-command", ".out");
      Path err = Files.createTempFile("cohort-command", ".err");
      try {
        return run(List.of(command), deadline, out, err);
      } finally {
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted in " + List.of(command), e);
    }
  }

  private static String run(List<String> command, Duration deadline, Path out, Path err)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    boolean ended = process.waitFor(deadline.toSeconds(), TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly();
    }
    if (!ended || process.exitValue() != 0) {
      throw new IllegalStateException(
          "%s %s:%n%s%s"
              .formatted(
                  command,
                  ended ? "ended with " + process.exitValue() : "did not end",
                  Files.readString(out),
                  Files.readString(err)));
    }
    return Files.readString(out);
  }
}
