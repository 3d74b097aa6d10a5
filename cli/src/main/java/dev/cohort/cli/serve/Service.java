package dev.cohort.cli.serve;

import java.util.List;

/**
 * A process to be started.
 *
 * @param name for people and for the log file's name
 * @param command program and arguments
 */
public record Service(String name, List<String> command) {
  /** Copies the list. */
  public Service {
    command = List.copyOf(command);
  }
}
