package dev.cohort.cli.serve;

import dev.cohort.cli.CommandException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A service process and its log file. Started once; thread-safe. The pipe to its standard input
 * stays open as long as this process lives, which {@link ChildMain} relies on.
 */
final class ChildProcess {
  /** A log's last part, enough for its last lines. */
  private static final int TAIL_BYTES = 16_384;

  private final String name;
  private final Path log;
  private final Process process;

  private ChildProcess(String name, Path log, Process process) {
    this.name = name;
    this.log = log;
    this.process = process;
  }

  /**
   * Starts a process whose output is appended to the log.
   *
   * @throws CommandException when the operating system refuses
   */
  static ChildProcess start(String name, List<String> command, Path log) {
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      return new ChildProcess(name, log, process);
    } catch (IOException e) {
      throw CommandException.failure(name + " cannot be started: " + e.getMessage(), e);
    }
  }

  String name() {
    return name;
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Completes when the process has ended. */
  CompletableFuture<Process> onExit() {
    return process.onExit();
  }

  /** One sentence about a process that has ended. */
  String obituary() {
    return "%s ended with exit code %d; its log is %s".formatted(name, process.exitValue(), log);
  }

  /** The last lines of the log, oldest first. */
  List<String> lastLines(int count) {
    try (var file = Files.newByteChannel(log)) {
      long start = Math.max(0, file.size() - TAIL_BYTES);
      byte[] tail = new byte[Math.toIntExact(file.size() - start)];
      file.position(start);
      file.read(java.nio.ByteBuffer.wrap(tail));
      List<String> lines = new String(tail, StandardCharsets.UTF_8).lines().toList();
      return lines.subList(Math.max(0, lines.size() - count), lines.size());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Asks the process to finish what is in flight and end. */
  void terminate() {
    process.destroy();
  }

  /** Waits for the process's end and, when it does not come in time, forces it. */
  void awaitEnd(Duration patience) {
    try {
      if (process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
  }
}
