package dev.cohort.benchmarks.dataplane;

import dev.cohort.policy.AdmissionPolicy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Rows in the order of arrival, taken in batches by size and time window. Admission is that of the
 * aggregator: the same rule, nothing refused while nothing is done, and rows without time to be run
 * alone are dropped. Thread-safe: everything is guarded by this.
 */
final class PaddedQueue {
  /** Also without deadlines. */
  private static final int MAX_WAITING = 10_000;

  private static final double SMOOTHING = 0.1;

  /**
   * A row that waits.
   *
   * @param deadlineNanos of the process's own clock
   * @param answered gets the row's vector
   * @param late told when the deadline passed before the row's turn came
   */
  record Entry(int[] ids, long deadlineNanos, Consumer<float[]> answered, Runnable late) {}

  private final int batchRows;
  private final long windowNanos;
  private final int lanes;
  private final Deque<Entry> waiting = new ArrayDeque<>();
  private final Deque<Long> arrivals = new ArrayDeque<>();
  private double rowNanos;
  private int running;

  PaddedQueue(int batchRows, long windowNanos, int lanes) {
    this.batchRows = batchRows;
    this.windowNanos = windowNanos;
    this.lanes = lanes;
  }

  /** Queues a row; false when it cannot be answered in the time that is left. */
  synchronized boolean offer(Entry entry, long leftNanos) {
    double predicted = rowNanos * (waiting.size() + running + batchRows) / lanes;
    boolean idle = waiting.isEmpty() && running == 0;
    if (waiting.size() >= MAX_WAITING
        || !idle && AdmissionPolicy.isHopeless(predicted / 1e3, leftNanos / 1e3)) {
      return false;
    }
    waiting.addLast(entry);
    arrivals.addLast(System.nanoTime());
    notifyAll();
    return true;
  }

  /** A batch of rows that are not late, when it is full or the oldest has waited the window. */
  List<Entry> take() throws InterruptedException {
    List<Entry> batch = new ArrayList<>();
    List<Entry> late = new ArrayList<>();
    synchronized (this) {
      while (batch.isEmpty()) {
        awaitBatch();
        while (!waiting.isEmpty() && batch.size() < batchRows) {
          Entry entry = waiting.removeFirst();
          arrivals.removeFirst();
          (entry.deadlineNanos() - System.nanoTime() > rowNanos ? batch : late).add(entry);
        }
      }
      running += batch.size();
    }
    late.forEach(entry -> entry.late().run());
    return batch;
  }

  /** A batch has run this long. */
  synchronized void took(int rows, long nanos) {
    running -= rows;
    double each = (double) nanos / rows;
    rowNanos = rowNanos == 0 ? each : rowNanos + SMOOTHING * (each - rowNanos);
  }

  private void awaitBatch() throws InterruptedException {
    while (waiting.size() < batchRows) {
      if (waiting.isEmpty()) {
        wait();
        continue;
      }
      long left = arrivals.getFirst() + windowNanos - System.nanoTime();
      if (left <= 0) {
        return;
      }
      wait(left / 1_000_000, (int) (left % 1_000_000));
    }
  }
}
