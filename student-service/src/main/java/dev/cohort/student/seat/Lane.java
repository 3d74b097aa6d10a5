package dev.cohort.student.seat;

import dev.cohort.protocol.student.v1.Refusal.Reason;
import dev.cohort.student.engine.StudentEngine;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One engine thread's work: takes a batch, runs its students in order, sends a block for each. */
final class Lane implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  private final WorkQueue queue;
  private final StudentEngine engine;
  private final SeatMetrics metrics;
  private final LongSupplier nanoClock;

  Lane(WorkQueue queue, StudentEngine engine, SeatMetrics metrics, LongSupplier nanoClock) {
    this.queue = queue;
    this.engine = engine;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
  }

  /** Returns when the queue is closed. */
  @Override
  public void run() {
    try {
      for (Optional<Batch> next = queue.take(); next.isPresent(); next = queue.take()) {
        try {
          answer(next.get());
        } finally {
          queue.finished();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The loop's edge: whatever goes wrong with one batch, the lane lives on. */
  private void answer(Batch batch) {
    try {
      runStudents(batch);
    } catch (RuntimeException | Error e) {
      LOG.error(
          "batch of {} rows, {} tokens failed", batch.rows().rows(), batch.rows().tokens(), e);
      refuse(batch, Reason.ENGINE_FAILED, String.valueOf(e.getMessage()));
    }
  }

  private void runStudents(Batch batch) {
    long begun = nanoClock.getAsLong();
    metrics.began(batch.rows(), begun - batch.acceptedNanos());
    batch.trace().part("seat queue", batch.acceptedNanos(), begun);
    for (int student = batch.first(); student < batch.end(); student++) {
      if (batch.stream().isEnded()) {
        batch.trace().fail("the sender is gone");
        batch.stream().forget(batch.id());
        return;
      }
      long start = nanoClock.getAsLong();
      if (batch.isLate(start)) {
        refuse(batch, Reason.DEADLINE, "the time was over before student " + student + " began");
        return;
      }
      float[] block = engine.forward(batch.rows(), student);
      long nanos = nanoClock.getAsLong() - start;
      metrics.ran(student, batch.rows(), nanos);
      batch.trace().part("engine", start, start + nanos, "cohort.student", student);
      send(batch, student, block, nanos / 1000);
    }
  }

  private static void send(Batch batch, int student, float[] block, long micros) {
    int rows = batch.rows().rows();
    if (student == batch.end() - 1) {
      batch.trace().end();
      batch.stream().lastBlock(batch.id(), student, block, rows, micros);
    } else {
      batch.stream().block(batch.id(), student, block, rows, micros);
    }
  }

  private static void refuse(Batch batch, Reason reason, String message) {
    batch.trace().fail(reason + ": " + message);
    batch.stream().refuse(batch.id(), reason, message);
  }
}
