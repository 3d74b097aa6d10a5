package dev.cohort.student.seat;

import dev.cohort.packages.PackedBatch;

/**
 * An accepted batch.
 *
 * @param id the client's, unique within its stream
 * @param first first student to run
 * @param end student after the last one to run
 * @param deadlineNanos on the clock of {@code System.nanoTime}
 */
record Batch(
    ForwardStream stream, long id, PackedBatch rows, int first, int end, long deadlineNanos) {

  boolean isLate(long nowNanos) {
    return nowNanos - deadlineNanos > 0;
  }
}
