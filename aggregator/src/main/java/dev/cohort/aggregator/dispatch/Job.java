package dev.cohort.aggregator.dispatch;

import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.observability.TraceSpan;
import dev.cohort.packages.TokenRow;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/**
 * The rows of one request on their way through the seats, and the contributions gathered so far.
 * Its rows travel in any batches, each with its own prefix. Owned by the dispatch thread, but for
 * the future, on which anyone may wait or cancel.
 */
final class Job {
  private final ServedModel model;
  private final List<TokenRow> rows;
  private final long tokens;
  private int minStudents;
  private final int priority;
  private final long deadlineNanos;
  private final TraceSpan trace;
  private final Runnable whenSent;
  private final CompletableFuture<Contributions> contributions = new CompletableFuture<>();
  private final float[][] gathered;
  private final int[] used;
  private int unsentRows;
  private int missingRows;
  private long studentTokens;
  private boolean pruned;
  private boolean degraded;
  private Future<?> timer = CompletableFuture.completedFuture(null);

  /**
   * @param minStudents fewest students that the client accepts, 1 to all
   * @param priority level, 1 (most urgent) to {@link dev.cohort.policy.PriorityPolicy#LEVELS}
   */
  Job(
      ServedModel model,
      List<TokenRow> rows,
      int minStudents,
      int priority,
      long deadlineNanos,
      TraceSpan trace,
      Runnable whenSent) {
    this.model = model;
    this.rows = rows;
    this.tokens = rows.stream().mapToLong(TokenRow::length).sum();
    this.minStudents = minStudents;
    this.priority = priority;
    this.deadlineNanos = deadlineNanos;
    this.trace = trace;
    this.whenSent = whenSent;
    this.gathered = new float[model.studentsTotal()][];
    this.used = new int[rows.size()];
    this.unsentRows = rows.size();
    this.missingRows = rows.size();
  }

  ServedModel model() {
    return model;
  }

  List<TokenRow> rows() {
    return rows;
  }

  long tokens() {
    return tokens;
  }

  /** Tokens of the longest row. */
  int longest() {
    return rows.stream().mapToInt(TokenRow::length).max().orElse(0);
  }

  /** Fewest students that may answer. */
  int minStudents() {
    return minStudents;
  }

  /** The package must not be answered by fewer students than this. */
  void raiseMinStudents(int least) {
    minStudents = Math.max(minStudents, least);
  }

  int priority() {
    return priority;
  }

  /** By {@link dev.cohort.aggregator.NanoClock}. */
  long deadlineNanos() {
    return deadlineNanos;
  }

  TraceSpan trace() {
    return trace;
  }

  CompletableFuture<Contributions> contributions() {
    return contributions;
  }

  /** Whether nobody waits for this job any more. */
  boolean isDone() {
    return contributions.isDone();
  }

  /** What ends the job when it is late; cancelled when the job ends before. */
  void timer(Future<?> next) {
    timer = next;
  }

  /** One row has been sent to seats. */
  void rowSent() {
    if (--unsentRows == 0) {
      whenSent.run();
    }
  }

  /** Takes one row's answer; each row may be answered once. */
  void answer(int row, Batch batch, int batchRow, int students) {
    int columns = model.outputDimension();
    for (int student = 0; student < students; student++) {
      if (gathered[student] == null) {
        gathered[student] = new float[rows.size() * columns];
      }
      System.arraycopy(
          batch.block(student), batchRow * columns, gathered[student], row * columns, columns);
    }
    used[row] = students;
    studentTokens += (long) students * rows.get(row).length();
    pruned |= batch.asked() < model.studentsTotal();
    degraded |= students < batch.asked();
    if (--missingRows == 0) {
      timer.cancel(false);
      contributions.complete(new Contributions(blocks(), used, studentTokens, pruned, degraded));
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

  private List<float[]> blocks() {
    List<float[]> blocks = new ArrayList<>();
    for (int student = 0; student < gathered.length && gathered[student] != null; student++) {
      blocks.add(gathered[student]);
    }
    return blocks;
  }
}
