package dev.cohort.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command writes: answers to {@link #out}, remarks and errors to {@link #err}. Always
 * UTF-8, whatever the locale. Thread-safe as print streams are.
 *
 * @param terminal whether {@code out} is a terminal that understands control sequences
 */
public record Console(PrintStream out, PrintStream err, boolean terminal) {

  /** The process's own streams. */
  public static Console system() {
    return new Console(stream(FileDescriptor.out), stream(FileDescriptor.err), isTerminal());
  }

  private static boolean isTerminal() {
    java.io.Console console = System.console();
    return console != null && console.isTerminal();
  }

  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
  }
}
