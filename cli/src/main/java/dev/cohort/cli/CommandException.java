package dev.cohort.cli;

import java.io.Serial;

/** Ends a command: one sentence for people, and the exit code. */
public final class CommandException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** Exit code of a command that failed for another reason than its input. */
  public static final int FAILURE = 1;

  /** Exit code of a command whose arguments or files are wrong. */
  public static final int INPUT = 2;

  private final int exitCode;

  private CommandException(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** Something given by the user is wrong; the message names it, its value and what is allowed. */
  public static CommandException input(String message) {
    return new CommandException(INPUT, message, null);
  }

  /** As {@link #input(String)}, with what led to it. */
  public static CommandException input(String message, Throwable cause) {
    return new CommandException(INPUT, message, cause);
  }

  /** The command could not do its work. */
  public static CommandException failure(String message) {
    return new CommandException(FAILURE, message, null);
  }

  /** As {@link #failure(String)}, with what led to it. */
  public static CommandException failure(String message, Throwable cause) {
    return new CommandException(FAILURE, message, cause);
  }

  /** {@link #FAILURE} or {@link #INPUT}. */
  public int exitCode() {
    return exitCode;
  }
}
