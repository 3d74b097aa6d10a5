package dev.cohort.aggregator.dispatch;

import dev.cohort.aggregator.NanoClock;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.aggregator.model.ModelCatalog;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.observability.TraceSpan;
import dev.cohort.packages.TokenRow;
import dev.cohort.policy.PrefixPolicy;
import dev.cohort.policy.PriorityPolicy;
import dev.cohort.security.ClientTls;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * Sends rows to seats and gathers what comes back. One thread, {@code cohort-dispatch}, owns the
 * queues, the seats and the jobs; everything else posts to it. Thread-safe. Its own queue is
 * bounded by what admission lets in and by the seats' credits.
 */
public final class Dispatcher implements AutoCloseable {

  private final NanoClock clock;
  private final OwnerThread owner;
  private final SeatDirectory directory;
  private final Fleet fleet;

  /** As the other constructor, over a fixed list of seats, which are reached in plaintext. */
  public Dispatcher(
      ModelCatalog models,
      List<SeatAddress> seats,
      DispatchSettings settings,
      ServingMetrics metrics,
      NanoClock clock) {
    this(models, new StaticDirectory(seats), Optional.empty(), settings, metrics, clock);
  }

  /**
   * A dispatcher over the seats that a directory names; {@link #start} connects them.
   *
   * @param directory started and closed by this
   * @param tls of the connections to the seats; none for plaintext
   */
  public Dispatcher(
      ModelCatalog models,
      SeatDirectory directory,
      Optional<ClientTls> tls,
      DispatchSettings settings,
      ServingMetrics metrics,
      NanoClock clock) {
    this.clock = clock;
    this.owner = new OwnerThread("cohort-dispatch", metrics, clock);
    this.directory = directory;
    this.fleet = new Fleet(models, directory, tls, settings, metrics, owner, clock);
  }

  /** Begins to connect to the seats; returns at once. */
  public void start() {
    owner.execute(fleet::begin);
    directory.start(members -> post(() -> fleet.members(members)));
    owner.repeat(fleet::tick, DispatchSettings.TICK.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Runs a prefix of a model's students on rows. Cancelling the future takes what is not sent out
   * of the queue.
   *
   * @param minStudents fewest students that the client accepts, 1 to all
   * @param priority level, 1 (most urgent) to {@link PriorityPolicy#LEVELS}
   * @param deadlineNanos by the clock; passed: {@code DEADLINE_EXCEEDED}
   * @param trace of the request; ends after the future
   * @param whenSent runs on the dispatch thread when nothing of the rows waits any more; must not
   *     block
   * @return fails with {@link RefusedException} only
   */
  public CompletableFuture<Contributions> dispatch(
      ServedModel model,
      List<TokenRow> rows,
      int minStudents,
      int priority,
      long deadlineNanos,
      TraceSpan trace,
      Runnable whenSent) {
    Job job =
        new Job(model, List.copyOf(rows), minStudents, priority, deadlineNanos, trace, whenSent);
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

  /** What a request to the model that arrives now has to expect. */
  public Forecast forecast(ServedModel model) {
    return fleet.forecast(model);
  }

  /** Where what becomes of the requests to a model is counted. */
  public Traffic traffic(ServedModel model) {
    return fleet.traffic(model);
  }

  /**
   * Tells a listener the state of all models and seats: at once, after changes, and at least every
   * second, until it is taken away again. Does nothing once this is closed.
   */
  public void watch(SignalListener listener) {
    post(() -> fleet.signals().add(listener));
  }

  /** Tells a listener nothing more. */
  public void unwatch(SignalListener listener) {
    post(() -> fleet.signals().remove(listener));
  }

  /**
   * Sets the bounds of a model's prefix in place of those of the settings.
   *
   * @param min fewest students, 0 for what the settings say
   * @param max most students, 0 for what the settings say
   * @return the bounds that hold then; fails with {@link RefusedException} when this is closed
   */
  public CompletableFuture<PrefixPolicy.Bounds> bound(ServedModel model, int min, int max) {
    CompletableFuture<PrefixPolicy.Bounds> bounds = new CompletableFuture<>();
    if (!post(() -> bounds.complete(fleet.bound(model, min, max)))) {
      bounds.completeExceptionally(RefusedException.unavailable("the aggregator is stopping"));
    }
    return bounds;
  }

  /** Whether seats serve enough students of the model now. */
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
    directory.close();
    post(fleet::close);
    owner.close();
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
