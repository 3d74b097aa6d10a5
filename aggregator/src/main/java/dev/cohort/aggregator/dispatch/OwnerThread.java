package dev.cohort.aggregator.dispatch;

import dev.cohort.aggregator.NanoClock;
import dev.cohort.aggregator.metrics.ServingMetrics;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import org.jboss.logging.Logger;

/**
 * The dispatch thread: commands and timers in one queue. A command that throws is a bug; it is
 * logged and counted, and the next runs.
 */
final class OwnerThread extends ScheduledThreadPoolExecutor {
  private static final Logger LOG = Logger.getLogger(OwnerThread.class);

  private final ServingMetrics metrics;
  private final NanoClock clock;
  // Of the one thread.
  private long startedNanos;

  OwnerThread(ThreadFactory threads, ServingMetrics metrics, NanoClock clock) {
    super(1, threads);
    this.metrics = metrics;
    this.clock = clock;
    setRemoveOnCancelPolicy(true);
    setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  protected void beforeExecute(Thread thread, Runnable command) {
    startedNanos = clock.nanoTime();
  }

  @Override
  protected void afterExecute(Runnable command, Throwable thrown) {
    metrics.dispatchBusy(clock.nanoTime() - startedNanos);
    if (command instanceof Future<?> future && future.isDone()) {
      try {
        future.get();
      } catch (CancellationException ignored) {
        // A timer that was not needed.
      } catch (ExecutionException e) {
        metrics.internalError();
        LOG.error("a dispatch command failed; this is a bug", e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
