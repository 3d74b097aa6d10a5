package dev.cohort.benchmarks.load;

import dev.cohort.cli.CommandException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Sends the next request when one is answered, so that always as many are on their way. The
 * answers' own threads send the next ones. Used once.
 */
public final class ClosedLoop {
  /** For answers after the end. */
  private static final Duration DRAIN = Duration.ofSeconds(30);

  /** Something that can be asked without waiting. Thread-safe. */
  @FunctionalInterface
  public interface Call {
    /**
     * Asks and returns at once.
     *
     * @param number of the call, from 0
     */
    CompletableFuture<?> start(int number);
  }

  /**
   * What was seen.
   *
   * @param latencies of all answers
   */
  public record Outcome(Samples latencies, double seconds) {
    /** Answers per second. */
    public double perSecond() {
      return latencies.count() / seconds;
    }

    /** Both together. */
    public Outcome and(Outcome other) {
      Samples all = new Samples();
      all.addAll(latencies);
      all.addAll(other.latencies);
      return new Outcome(all, seconds + other.seconds);
    }
  }

  private final Call call;
  private final long begin = System.nanoTime();
  private final long end;
  private final CountDownLatch running;
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  /** Guarded by itself. */
  private final Samples latencies = new Samples();

  private ClosedLoop(Call call, int inFlight, Duration length) {
    this.call = call;
    this.end = begin + length.toNanos();
    this.running = new CountDownLatch(inFlight);
  }

  /**
   * Runs for this long; answers to what was sent before the end are awaited and count.
   *
   * @throws CommandException when a call fails: the loop ends with the first
   */
  public static Outcome run(Call call, int inFlight, Duration length) throws InterruptedException {
    ClosedLoop loop = new ClosedLoop(call, inFlight, length);
    for (int slot = 0; slot < inFlight; slot++) {
      loop.next();
    }
    return loop.outcome(length);
  }

  private Outcome outcome(Duration length) throws InterruptedException {
    boolean ended =
        running.await(length.plus(DRAIN).toNanos(), TimeUnit.NANOSECONDS) || failure.get() != null;
    if (failure.get() != null) {
      throw CommandException.failure("a call failed: " + failure.get(), failure.get());
    }
    if (!ended) {
      throw CommandException.failure(
          "%d calls were not answered after %d s".formatted(running.getCount(), DRAIN.toSeconds()));
    }
    synchronized (latencies) {
      return new Outcome(latencies, (System.nanoTime() - begin) / 1e9);
    }
  }

  private void next() {
    long start = System.nanoTime();
    while (start - end < 0 && failure.get() == null) {
      long sent = start;
      CompletableFuture<?> answer = call.start(next.getAndIncrement());
      if (!answer.isDone()) {
        answer.whenComplete(
            (value, failed) -> {
              ended(failed, sent);
              next();
            });
        return;
      }
      // Answered at once: going on from the callback would only make the stack deeper.
      answer.whenComplete((value, failed) -> ended(failed, sent));
      start = System.nanoTime();
    }
    running.countDown();
  }

  private void ended(Throwable failed, long sent) {
    if (failed != null) {
      failure.compareAndSet(null, failed);
    } else {
      took(System.nanoTime() - sent);
    }
  }

  private void took(long nanos) {
    synchronized (latencies) {
      latencies.add(nanos);
    }
  }
}
