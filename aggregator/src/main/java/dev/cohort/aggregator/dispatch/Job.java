package dev.cohort.aggregator.dispatch;

import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.packages.TokenRow;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * The rows of one request on their way through the seats, and the contributions gathered so far.
 * Owned by the dispatch thread, but for the future, on which anyone may wait or cancel.
 */
final class Job {
  private final ServedModel model;
  private final List<TokenRow> rows;
  private final long deadlineNanos;
  private final Runnable whenSent;
  private final CompletableFuture<List<float[]>> contributions = new CompletableFuture<>();
  private final float[][] gathered;
  private int unsentBatches;
  private int missingBlocks;
  private Future<?> timer = CompletableFuture.completedFuture(null);

  Job(ServedModel model, List<TokenRow> rows, long deadlineNanos, Runnable whenSent) {
    this.model = model;
    this.rows = rows;
    this.deadlineNanos = deadlineNanos;
    this.whenSent = whenSent;
    this.gathered = new float[model.studentsTotal()][];
  }

  ServedModel model() {
    return model;
  }

  List<TokenRow> rows() {
    return rows;
  }

  /** By {@link dev.cohort.aggregator.NanoClock}. */
  long deadlineNanos() {
    return deadlineNanos;
  }

  /** Those of all students in order, each {@code [R,D]}. */
  CompletableFuture<List<float[]>> contributions() {
    return contributions;
  }

  /** Whether nobody waits for this job any more. */
  boolean isDone() {
    return contributions.isDone();
  }

  /** The job has been cut into batches and waits to be sent. */
  void queued(int batches, Future<?> deadlineTimer) {
    unsentBatches = batches;
    missingBlocks = batches * model.studentsTotal();
    timer = deadlineTimer;
  }

  /** All students of one batch have been sent to seats. */
  void batchSent() {
    if (--unsentBatches == 0) {
      whenSent.run();
    }
  }

  /** A batch that counted as sent waits again. */
  void batchReturned() {
    unsentBatches++;
  }

  /** Takes the block of one student for one batch; each may come once. */
  void gather(int student, int firstRow, float[] block) {
    int columns = model.outputDimension();
    if (gathered[student] == null) {
      gathered[student] = new float[rows.size() * columns];
    }
    System.arraycopy(block, 0, gathered[student], firstRow * columns, block.length);
    if (--missingBlocks == 0) {
      timer.cancel(false);
      contributions.complete(Arrays.asList(gathered));
    }
  }

  /** Ends the job without an answer. */
  void fail(RuntimeException reason) {
    timer.cancel(false);
    contributions.completeExceptionally(reason);
  }

  /** The job was cancelled: nothing is left to do in time. */
  void withdrawn() {
    timer.cancel(false);
  }
}
