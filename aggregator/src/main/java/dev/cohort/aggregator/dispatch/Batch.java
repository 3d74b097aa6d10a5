package dev.cohort.aggregator.dispatch;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.cohort.aggregator.NanoClock;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.aggregator.metrics.BatchTimes;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.observability.TraceSpan;
import dev.cohort.packages.TokenRow;
import dev.cohort.protocol.student.v1.ForwardRequest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Rows of any jobs of one model that travel together, packed as the student protocol wants them;
 * which students have been sent, and the blocks that came back. One student's work may be with two
 * seats; the first block counts. Owned by the dispatch thread.
 */
final class Batch {
  private final ServedModel model;
  private final List<QueuedRow> rows;
  private final BatchShape shape;
  private final long usedCells;
  private final TraceSpan trace;
  private final int asked;
  private final NanoClock clock;
  private final ByteString inputIds;
  private final ByteString tokenTypeIds;
  private final ByteString rowLengths;
  private final BitSet unsent = new BitSet();
  private final int[] copies;
  private final float[][] blocks;
  private final Set<Seat> avoided = new HashSet<>();
  // Students 0..run-1 are worth waiting for.
  private int run;
  private int resends;
  private boolean finished;
  private final long madeNanos;
  private boolean wasSent;
  // Set when it was sent first.
  private long sentNanos;
  private long completeNanos;
  // Why fewer students than asked may answer.
  private RefusedException reason = RefusedException.unavailable("no seat answered; this is a bug");

  /**
   * @param asked students that the prefix policy chose
   * @param run how many of them seats can run now
   */
  Batch(ServedModel model, List<QueuedRow> rows, int asked, int run, NanoClock clock) {
    this.clock = clock;
    this.madeNanos = clock.nanoTime();
    this.model = model;
    this.rows = List.copyOf(rows);
    this.shape = BatchShape.of(rows);
    this.usedCells = rows.stream().mapToLong(row -> (long) row.length() * row.length()).sum();
    this.asked = asked;
    this.trace = TraceSpan.joint("batch", traced(rows));
    trace.note("cohort.rows", shape.rows());
    trace.note("cohort.tokens", shape.tokens());
    trace.note("cohort.students.asked", asked);
    this.run = run;
    this.copies = new int[asked];
    this.blocks = new float[asked][];
    List<TokenRow> tokens = rows.stream().map(QueuedRow::tokens).toList();
    this.inputIds = packed(tokens, shape.tokens(), TokenRow::ids);
    this.tokenTypeIds =
        tokens.stream().allMatch(row -> Arrays.stream(row.types()).allMatch(type -> type == 0))
            ? ByteString.EMPTY
            : packed(tokens, shape.tokens(), TokenRow::types);
    this.rowLengths = packed(tokens, shape.rows(), row -> new int[] {row.length()});
    unsent.set(0, run);
  }

  ServedModel model() {
    return model;
  }

  List<QueuedRow> rows() {
    return rows;
  }

  BatchShape shape() {
    return shape;
  }

  TraceSpan trace() {
    return trace;
  }

  /** Cells of the attention rectangle that are not padding. */
  long usedCells() {
    return usedCells;
  }

  int asked() {
    return asked;
  }

  /** Students that a seat has to be asked for. */
  BitSet unsent() {
    return unsent;
  }

  /** Seats that should not get this batch again. */
  Set<Seat> avoided() {
    return avoided;
  }

  /** The block of a student that has answered. */
  float[] block(int student) {
    return blocks[student];
  }

  /** Whether nobody waits for this batch any more. */
  boolean isDone() {
    return finished || rows.stream().allMatch(row -> row.job().isDone());
  }

  /** When the last of those who wait gives up. */
  long deadlineNanos() {
    long now = rows.getFirst().job().deadlineNanos();
    return now + rows.stream().mapToLong(row -> row.job().deadlineNanos() - now).max().orElse(0);
  }

  /** When the first of those who still wait gives up; the last one's time when nobody waits. */
  long nearestDeadlineNanos() {
    long last = deadlineNanos();
    return last
        + rows.stream()
            .filter(row -> !row.job().isDone())
            .mapToLong(row -> row.job().deadlineNanos() - last)
            .min()
            .orElse(0);
  }

  /** Students 0..n-1 have all answered. */
  int complete() {
    int complete = 0;
    while (complete < asked && blocks[complete] != null) {
      complete++;
    }
    return complete;
  }

  /** Where the batch's time went, now that nobody waits for it any more. */
  BatchTimes times() {
    long now = clock.nanoTime();
    long complete = finished ? completeNanos : now;
    return new BatchTimes(sentNanos - madeNanos, complete - sentNanos, now - complete);
  }

  /** A seat works on these students. */
  void sent(int first, int end) {
    unsent.clear(first, end);
    if (!wasSent) {
      wasSent = true;
      sentNanos = clock.nanoTime();
    }
    for (int student = first; student < end; student++) {
      copies[student]++;
    }
  }

  /** Whether some seat still works on a student. */
  boolean isOut(int student) {
    return copies[student] > 0;
  }

  /** Takes the block of one student; a second one is dropped. */
  void take(int student, float[] block) {
    copies[student]--;
    if (blocks[student] == null) {
      blocks[student] = block;
      unsent.clear(student);
      finishIfComplete();
    }
  }

  /** A seat will not answer for these students; those that nobody else works on are sent again. */
  void returned(BitSet students, RefusedException why) {
    resends++;
    reason = why;
    students.stream()
        .forEach(
            student -> {
              copies[student]--;
              if (blocks[student] == null && copies[student] == 0 && student < run) {
                unsent.set(student);
              }
            });
  }

  /** Asks for a second copy of what a slow seat has not answered. */
  void hedge(BitSet students) {
    resends++;
    students.stream()
        .filter(student -> blocks[student] == null && student < run)
        .forEach(unsent::set);
  }

  /** How often parts of this batch were sent again. */
  int resends() {
    return resends;
  }

  /** Nothing is expected of students from this one on any more. */
  void giveUp(int student) {
    run = Math.min(run, student);
    unsent.clear(run, asked);
    finishIfComplete();
  }

  /** Whether nothing more will come of this batch. */
  boolean isFinished() {
    return finished;
  }

  boolean holds(Job job) {
    return rows.stream().anyMatch(row -> row.job() == job);
  }

  /** Answers one job's rows with the students that have answered. */
  void answer(Job job) {
    int students = Math.min(run, complete());
    for (int i = 0; i < rows.size(); i++) {
      if (rows.get(i).job() == job) {
        job.answer(rows.get(i).index(), this, i, students);
      }
    }
  }

  /** The message for students {@code first}..{@code end}-1. */
  ForwardRequest message(
      long batchId, int first, int end, long remainingMicros, String traceParent) {
    return ForwardRequest.newBuilder()
        .setBatchId(batchId)
        .setPackageDigest(model.digest())
        .setFirstStudent(first)
        .setEndStudent(end)
        .setInputIds(inputIds)
        .setTokenTypeIds(tokenTypeIds)
        .setRowLengths(rowLengths)
        .setRemainingMicros(remainingMicros)
        .setTraceparent(traceParent)
        .build();
  }

  // Allocates nothing where nothing is traced.
  private static List<TraceSpan> traced(List<QueuedRow> rows) {
    List<TraceSpan> traced = List.of();
    for (int i = 0; i < rows.size(); i++) {
      TraceSpan request = rows.get(i).job().trace();
      if (request.isOn() && !traced.contains(request)) {
        traced = traced.isEmpty() ? new ArrayList<>() : traced;
        traced.add(request);
      }
    }
    return traced;
  }

  private void finishIfComplete() {
    if (finished || complete() < run) {
      return;
    }
    finished = true;
    completeNanos = clock.nanoTime();
    unsent.clear();
    for (int i = 0; i < rows.size(); i++) {
      Job job = rows.get(i).job();
      if (job.isDone()) {
        continue;
      }
      if (run < job.minStudents()) {
        job.fail(reason);
      } else {
        job.answer(rows.get(i).index(), this, i, run);
      }
    }
  }

  private static ByteString packed(
      List<TokenRow> rows, int count, Function<TokenRow, int[]> numbers) {
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.multiplyExact(count, Integer.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    rows.forEach(
        row -> {
          for (int number : numbers.apply(row)) {
            buffer.putInt(number);
          }
        });
    return UnsafeByteOperations.unsafeWrap(buffer.flip());
  }
}
