package dev.cohort.benchmarks.stage;

import dev.cohort.cli.CommandException;
import dev.cohort.cli.serve.Fleet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Processes that end with this one, however it ends, and their logs. Thread-safe as its fleet is.
 */
public final class Crew implements AutoCloseable {
  private final Path logs;
  private final Fleet fleet;
  private final Thread hook = Thread.ofPlatform().name("crew-end").unstarted(this::end);

  /** No process yet. */
  public Crew() throws IOException {
    this.logs = Files.createTempDirectory("cohort-bench-");
    this.fleet = new Fleet(logs);
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** For the processes' logs and whatever else shall be deleted with them. */
  public Path folder() {
    return logs;
  }

  /** Starts the processes. */
  public Fleet fleet() {
    return fleet;
  }

  /** Stops a process where it stands, as {@code kill -STOP} does. */
  public void pause(ProcessHandle process) throws IOException, InterruptedException {
    signal("-STOP", process);
  }

  /** Lets a process go on. */
  public void resume(ProcessHandle process) throws IOException, InterruptedException {
    signal("-CONT", process);
  }

  /** Ends all processes and keeps their logs, for whoever wants to know why. */
  public void end() {
    // A process that is stopped cannot end by itself.
    fleet.processes().forEach(this::wake);
    fleet.close();
  }

  /** Ends all processes, the one that was started last first, and deletes their logs. */
  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // This process is ending and may not have time to delete anything.
      return;
    }
    delete(logs);
  }

  private void wake(ProcessHandle process) {
    if (!process.isAlive()) {
      return;
    }
    try {
      resume(process);
    } catch (IOException e) {
      // Then it is ended by force, which needs no waking.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void signal(String signal, ProcessHandle process)
      throws IOException, InterruptedException {
    int code = new ProcessBuilder("kill", signal, Long.toString(process.pid())).start().waitFor();
    if (code != 0 && process.isAlive()) {
      throw new IOException("kill %s %d ended with %d".formatted(signal, process.pid(), code));
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw CommandException.failure("logs cannot be deleted: " + e.getMessage(), e);
    }
  }
}
