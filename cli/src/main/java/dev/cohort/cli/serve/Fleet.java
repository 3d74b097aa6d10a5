package dev.cohort.cli.serve;

import dev.cohort.cli.CommandException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * The processes of one {@code cohort serve}, in the order in which they stop: the front door, which
 * was started last, first, so that what is in flight is still answered. Thread-safe: the shutdown
 * hook closes it while another thread watches it.
 */
public final class Fleet implements AutoCloseable {
  /** More deaths than this within {@link #DEATH_WINDOW_NANOS} are no accident. */
  private static final int DEATHS_ALLOWED = 5;

  private static final long DEATH_WINDOW_NANOS = Duration.ofMinutes(1).toNanos();
  private static final Duration DRAIN = Duration.ofSeconds(10);
  private static final int LOG_LINES = 20;

  /** Opening a large package on a slow disk takes long; more is a hang. */
  private static final Duration START_LIMIT = Duration.ofMinutes(3);

  private static final Duration PROBE_PERIOD = Duration.ofMillis(50);

  private final Path logs;

  /** Guarded by this. */
  private final Map<Service, ChildProcess> children = new LinkedHashMap<>();

  /** Times of the last deaths; guarded by this. */
  private final Deque<Long> deaths = new ArrayDeque<>();

  /** Guarded by this. */
  private boolean closed;

  /**
   * @param logs existing folder; each service gets a file in it
   */
  public Fleet(Path logs) {
    this.logs = logs;
  }

  /** Starts a service, also again. Does nothing once the fleet is closed. */
  public synchronized void start(Service service) {
    if (!closed) {
      children.put(
          service,
          ChildProcess.start(
              service.name(), service.command(), logs.resolve(service.name() + ".log")));
    }
  }

  /** The process of a service that was started, as of its last start. */
  public synchronized ProcessHandle process(Service service) {
    return children.get(service).handle();
  }

  /** The processes of all services that were started. */
  public List<ProcessHandle> processes() {
    return snapshot().values().stream().map(ChildProcess::handle).toList();
  }

  /**
   * Returns when this is true; it is asked every now and then.
   *
   * @throws CommandException when a process ends before, or the time for starting has passed
   */
  public void awaitReady(BooleanSupplier ready) throws InterruptedException {
    long begin = System.nanoTime();
    while (!ready.getAsBoolean()) {
      Optional<Service> dead = awaitDeath(PROBE_PERIOD);
      if (dead.isPresent()) {
        throw failure(dead.get());
      }
      if (System.nanoTime() - begin > START_LIMIT.toNanos()) {
        throw CommandException.failure(
            "the services were not ready after %d s; their logs say why"
                .formatted(START_LIMIT.toSeconds()));
      }
    }
  }

  /**
   * Waits at most this long for a process to end.
   *
   * @return a service whose process has ended, if any
   */
  Optional<Service> awaitDeath(Duration patience) throws InterruptedException {
    Map<Service, ChildProcess> watched = snapshot();
    CompletableFuture<?>[] ends =
        watched.values().stream().map(ChildProcess::onExit).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.anyOf(ends).get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException("waiting for a process failed; this is a bug", e);
    }
    return watched.entrySet().stream()
        .filter(entry -> !entry.getValue().isAlive())
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** What can be told about a service whose process has ended: its last lines and one sentence. */
  synchronized CommandException failure(Service service) {
    ChildProcess child = children.get(service);
    String last = String.join(System.lineSeparator(), child.lastLines(LOG_LINES));
    return CommandException.failure(
        last.isEmpty()
            ? child.obituary()
            : "%s; its last lines:%n%s".formatted(child.obituary(), last));
  }

  /**
   * Starts a service again whose process has ended.
   *
   * @param nowNanos a monotonic time
   * @throws CommandException when processes end too often
   */
  synchronized void restart(Service service, long nowNanos) {
    deaths.addLast(nowNanos);
    while (nowNanos - deaths.getFirst() > DEATH_WINDOW_NANOS) {
      deaths.removeFirst();
    }
    if (deaths.size() > DEATHS_ALLOWED) {
      throw failure(service);
    }
    start(service);
  }

  /** Whether {@link #close} was called. */
  synchronized boolean isClosed() {
    return closed;
  }

  /** Ends all processes, each after it has answered what is in flight or a limit has passed. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    List<ChildProcess> all = List.copyOf(snapshot().values());
    if (all.isEmpty()) {
      return;
    }
    all.getLast().terminate();
    all.getLast().awaitEnd(DRAIN);
    all.forEach(ChildProcess::terminate);
    all.forEach(child -> child.awaitEnd(DRAIN));
  }

  private synchronized Map<Service, ChildProcess> snapshot() {
    return new LinkedHashMap<>(children);
  }
}
