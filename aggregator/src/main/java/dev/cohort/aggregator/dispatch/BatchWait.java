package dev.cohort.aggregator.dispatch;

import dev.cohort.policy.BatchLimits;
import dev.cohort.policy.BatchingPolicy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Holds rows back as the batching policy says, and wakes their queue when it is time. Owned by the
 * dispatch thread.
 */
final class BatchWait {
  private final BatchingPolicy policy;
  private final OwnerThread owner;
  private final Runnable send;
  private Future<?> wake = CompletableFuture.completedFuture(null);

  /**
   * @param send sends what waits; runs on the dispatch thread
   */
  BatchWait(BatchingPolicy.Settings settings, OwnerThread owner, Runnable send) {
    this.policy = new BatchingPolicy(settings);
    this.owner = owner;
    this.send = send;
  }

  /**
   * Whether the rows should wait for more; then the queue will be woken.
   *
   * @param drainMicros predicted time until these rows would be answered
   * @param busyMicros predicted time until a lane is idle
   */
  boolean holds(
      RowBuffer rows, BatchLimits limits, double drainMicros, double busyMicros, long nowNanos) {
    wake.cancel(false);
    boolean full = rows.size() >= limits.rows() || rows.tokens() >= limits.tokens();
    long wait =
        policy.waitNanos(
            new BatchingPolicy.Queue(
                full,
                rows.oldestNanos(nowNanos),
                rows.nearestDeadlineNanos(nowNanos),
                (long) (drainMicros * 1000),
                (long) (busyMicros * 1000)));
    if (wait > 0) {
      wake = owner.schedule(send, wait, TimeUnit.NANOSECONDS);
    }
    return wait > 0;
  }
}
