package dev.cohort.aggregator;

import dev.cohort.packages.PackageException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.smallrye.config.ConfigValidationException;
import jakarta.enterprise.event.ObserverException;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Entry point: runs until it is told to stop. A stop by signal is success, exit code 0; a start
 * that fails says why in one line on standard error and ends with exit code 1.
 */
@QuarkusMain
public final class AggregatorMain implements QuarkusApplication {
  /** SIGINT and SIGTERM, as the runtime reports them. */
  private static final int INTERRUPTED = 130;

  private static final int TERMINATED = 143;

  /** The longest drain that the settings allow. */
  private static final long LONGEST_END_HOURS = 1;

  /** Starts the process. */
  public static void main(String... args) {
    Runtime.getRuntime().addShutdownHook(new Thread(AggregatorMain::awaitEnd, "cohort-end"));
    Quarkus.run(AggregatorMain.class, AggregatorMain::exit, args);
  }

  @Override
  public int run(String... args) {
    Quarkus.waitForExit();
    return 0;
  }

  // After a signal the JVM ends with the signal's code as soon as all hooks have. This one lasts
  // until exit() has ended the JVM with ours.
  private static void awaitEnd() {
    try {
      boolean ended = new CountDownLatch(1).await(LONGEST_END_HOURS, TimeUnit.HOURS);
      assert !ended : "nobody counts down; this is a bug";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void exit(int code, Throwable failure) {
    if (failure != null) {
      System.err.println("aggregator: " + text(failure));
    }
    boolean stopped = code == INTERRUPTED || code == TERMINATED;
    Runtime.getRuntime().halt(stopped ? 0 : code);
  }

  // The runtime wraps what a start-up observer throws. Bugs keep their stack trace.
  private static String text(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof ObserverException || cause.getClass() == RuntimeException.class) {
      if (cause.getCause() == null) {
        break;
      }
      cause = cause.getCause();
    }
    boolean expected =
        cause instanceof IllegalArgumentException
            || cause instanceof IOException
            || cause instanceof ConfigValidationException;
    if (!expected) {
      cause.printStackTrace();
    }
    // The operator knows a refused package by these words, as seats say them.
    return cause instanceof PackageException
        ? "package refused: " + cause.getMessage()
        : cause.getMessage();
  }
}
