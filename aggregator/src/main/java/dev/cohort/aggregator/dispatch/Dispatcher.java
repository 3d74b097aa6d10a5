package dev.cohort.aggregator.dispatch;

import dev.cohort.aggregator.NanoClock;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.aggregator.model.ModelCatalog;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.packages.TokenRow;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Sends rows to seats and gathers what comes back. One thread, {@code cohort-dispatch}, owns the
 * queues, the seats and the jobs; everything else posts to it. Thread-safe. Its own queue is
 * bounded by what admission lets in and by the seats' credits.
 */
public final class Dispatcher implements AutoCloseable {
  private static final long STALL_CHECK_SECONDS = 1;

  private final NanoClock clock;
  private final ScheduledThreadPoolExecutor owner;
  private final Fleet fleet;

  /** A dispatcher over a fixed list of seats; {@link #start} connects them. */
  public Dispatcher(
      ModelCatalog models, List<SeatAddress> seats, ServingMetrics metrics, NanoClock clock) {
    this.clock = clock;
    this.owner =
        new OwnerThread(
            task -> Thread.ofPlatform().name("cohort-dispatch").daemon().unstarted(task), metrics);
    this.fleet = new Fleet(models, seats, metrics, owner, clock);
  }

  /** Begins to connect to the seats; returns at once. */
  public void start() {
    owner.execute(fleet::connect);
    owner.scheduleWithFixedDelay(
        fleet::checkStalled, STALL_CHECK_SECONDS, STALL_CHECK_SECONDS, TimeUnit.SECONDS);
  }

  /**
   * Runs all students of a model on rows. Cancelling the future takes what is not sent out of the
   * queue.
   *
   * @param deadlineNanos by the clock; passed: {@code DEADLINE_EXCEEDED}
   * @param whenSent runs on the dispatch thread when nothing of the rows waits any more; it may run
   *     more than once and must not block
   * @return the contributions of all students in order, each {@code [R,D]}; fails with {@link
   *     RefusedException} only
   */
  public CompletableFuture<List<float[]>> dispatch(
      ServedModel model, List<TokenRow> rows, long deadlineNanos, Runnable whenSent) {
    Job job = new Job(model, List.copyOf(rows), deadlineNanos, whenSent);
    job.contributions()
        .whenComplete(
            (answer, failure) -> {
              if (failure instanceof CancellationException) {
                post(() -> fleet.withdraw(job));
              }
            });
    if (!post(() -> fleet.submit(job))) {
      job.fail(RefusedException.unavailable("the aggregator is stopping"));
    }
    return job.contributions();
  }

  /** Whether some seat serves each student of the model now. */
  public boolean isReady(ServedModel model) {
    return fleet.readiness().isReady(model);
  }

  /** Who is told when a model becomes ready or ceases to be; runs on the dispatch thread. */
  public void onReadiness(Readiness.Listener listener) {
    fleet.readiness().listen(listener);
  }

  /** Fails what is left, disconnects the seats and ends the thread. */
  @Override
  public void close() {
    post(fleet::close);
    owner.shutdown();
    try {
      if (!owner.awaitTermination(5, TimeUnit.SECONDS)) {
        owner.shutdownNow();
      }
    } catch (InterruptedException e) {
      owner.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  NanoClock clock() {
    return clock;
  }

  private boolean post(Runnable command) {
    try {
      owner.execute(command);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }
}
