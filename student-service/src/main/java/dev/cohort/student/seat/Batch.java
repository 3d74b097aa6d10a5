package dev.cohort.student.seat;

import dev.cohort.observability.TraceSpan;
import dev.cohort.packages.PackedBatch;

/**
 * An accepted batch.
 *
 * @param id the client's, unique within its stream
 * @param first first student to run
 * @param end student after the last one to run
 * @param trace of the batch at this seat; ended with its last message
 * @param acceptedNanos when it was queued, on the clock of {@code System.nanoTime}
 * @param deadlineNanos on the clock of {@code System.nanoTime}
 */
record Batch(
    ForwardStream stream,
    long id,
    PackedBatch rows,
    int first,
    int end,
    TraceSpan trace,
    long acceptedNanos,
    long deadlineNanos) {

  boolean isLate(long nowNanos) {
    return nowNanos - deadlineNanos > 0;
  }
}
