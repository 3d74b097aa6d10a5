package dev.cohort.cli.serve;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;

/**
 * Entry point of a process that {@code cohort serve} starts: runs the service's own main method and
 * ends the process when the parent is gone, however it went. The parent holds the other end of
 * standard input and never writes to it, so its end is the end of the stream.
 *
 * <p>Only JDK classes are used here: this class is the one thing of the command line that runs in a
 * service's process.
 */
public final class ChildMain {
  /** As of a process that was asked to terminate. */
  private static final int TERMINATED = 143;

  /** For what is in flight; then the process ends without it. */
  private static final Duration DRAIN = Duration.ofSeconds(10);

  private ChildMain() {}

  /**
   * Runs {@code arguments[0]}'s main method with the other arguments.
   *
   * @throws ReflectiveOperationException when that class has none, or it fails
   */
  public static void main(String[] arguments) throws ReflectiveOperationException {
    Thread.ofPlatform().name("parent-watch").daemon().start(() -> endWithParent(System.in));
    Method main = Class.forName(arguments[0]).getMethod("main", String[].class);
    main.invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
  }

  private static void endWithParent(InputStream parent) {
    awaitEnd(parent);
    Thread exit = Thread.ofPlatform().name("parent-gone").daemon().start(ChildMain::exit);
    try {
      exit.join(DRAIN);
    } catch (InterruptedException e) {
      // Nobody interrupts this thread; if somebody does, the process ends at once.
    }
    Runtime.getRuntime().halt(TERMINATED);
  }

  private static void exit() {
    System.exit(TERMINATED);
  }

  private static void awaitEnd(InputStream parent) {
    try {
      while (parent.read() >= 0) {}
    } catch (IOException e) {
      // A broken pipe says the same as its end.
    }
  }
}
