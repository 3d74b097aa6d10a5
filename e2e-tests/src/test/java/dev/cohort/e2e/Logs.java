package dev.cohort.e2e;

import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.ILoggerFactory;
import org.slf4j.IMarkerFactory;
import org.slf4j.Marker;
import org.slf4j.event.Level;
import org.slf4j.helpers.BasicMarkerFactory;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;
import org.slf4j.helpers.NOPMDCAdapter;
import org.slf4j.spi.MDCAdapter;
import org.slf4j.spi.SLF4JServiceProvider;

/**
 * What the project's own classes log within the tests' JVM, from INFO on, the last lines of it;
 * nothing is written. SLF4J finds it as a service. Thread-safe.
 */
public final class Logs implements SLF4JServiceProvider {
  private static final String OWN = "dev.cohort.";
  private static final int KEPT = 10_000;
  private static final Deque<String> LINES = new ConcurrentLinkedDeque<>();
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final IMarkerFactory markers = new BasicMarkerFactory();
  private final MDCAdapter contexts = new NOPMDCAdapter();

  /** Lines that hold a text, oldest first. */
  static List<String> with(String text) {
    return LINES.stream().filter(line -> line.contains(text)).toList();
  }

  @Override
  public ILoggerFactory getLoggerFactory() {
    return KeptLogger::new;
  }

  @Override
  public IMarkerFactory getMarkerFactory() {
    return markers;
  }

  @Override
  public MDCAdapter getMDCAdapter() {
    return contexts;
  }

  @Override
  public String getRequestedApiVersion() {
    return "2.0.99";
  }

  @Override
  public void initialize() {
    // There is nothing to begin with.
  }

  /** Keeps lines. */
  private static final class KeptLogger extends LegacyAbstractLogger {
    private static final long serialVersionUID = 1;

    KeptLogger(String name) {
      this.name = name;
    }

    @Override
    public boolean isTraceEnabled() {
      return false;
    }

    @Override
    public boolean isDebugEnabled() {
      return false;
    }

    @Override
    public boolean isInfoEnabled() {
      return name.startsWith(OWN);
    }

    @Override
    public boolean isWarnEnabled() {
      return isInfoEnabled();
    }

    @Override
    public boolean isErrorEnabled() {
      return isInfoEnabled();
    }

    @Override
    protected String getFullyQualifiedCallerName() {
      return null;
    }

    @Override
    protected void handleNormalizedLoggingCall(
        Level level, Marker marker, String pattern, Object[] arguments, Throwable failure) {
      LINES.addLast(level + " " + MessageFormatter.basicArrayFormat(pattern, arguments));
      if (COUNT.incrementAndGet() > KEPT) {
        LINES.pollFirst();
      }
    }
  }
}
