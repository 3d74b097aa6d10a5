package dev.cohort.student.seat;

import dev.cohort.protocol.student.v1.Refusal.Reason;
import dev.cohort.student.engine.StudentEngine;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work of one engine lane: takes batches, runs their students in order, sends a block for each.
 * Who calls {@link #step} decides on which thread; one at a time.
 */
final class Lane {
  private static final Logger LOG = LoggerFactory.getLogger(Lane.class);

  private final WorkQueue queue;
  private final StudentEngine engine;
  private final SeatMetrics metrics;
  private final LongSupplier nanoClock;
  private Optional<Batch> begun = Optional.empty();
  // Of the batch that is begun.
  private int student;

  Lane(WorkQueue queue, StudentEngine engine, SeatMetrics metrics, LongSupplier nanoClock) {
    this.queue = queue;
    this.engine = engine;
    this.metrics = metrics;
    this.nanoClock = nanoClock;
  }

  /**
   * Runs one student of the batch that is begun, else of the next one; whatever goes wrong ends
   * that batch only. False when nothing waits.
   */
  boolean step() {
    if (begun.isEmpty()) {
      begun = queue.poll();
      begun.ifPresent(this::begin);
    }
    begun.ifPresent(this::proceed);
    return begun.isPresent() || queue.length() > 0;
  }

  private void begin(Batch batch) {
    student = batch.first();
    long now = nanoClock.getAsLong();
    metrics.began(batch.rows(), now - batch.acceptedNanos());
    batch.trace().part("seat queue", batch.acceptedNanos(), now);
  }

  private void proceed(Batch batch) {
    boolean more = false;
    try {
      more = run(batch);
    } catch (RuntimeException | Error e) {
      LOG.error(
          "batch of {} rows, {} tokens failed", batch.rows().rows(), batch.rows().tokens(), e);
      refuse(batch, Reason.ENGINE_FAILED, String.valueOf(e.getMessage()));
    } finally {
      if (!more) {
        begun = Optional.empty();
        queue.finished();
      }
    }
  }

  /** Whether there is more to do for the batch. */
  private boolean run(Batch batch) {
    if (batch.stream().isEnded()) {
      batch.trace().fail("the sender is gone");
      batch.stream().forget(batch.id());
      return false;
    }
    long start = nanoClock.getAsLong();
    if (batch.isLate(start)) {
      refuse(batch, Reason.DEADLINE, "the time was over before student " + student + " began");
      return false;
    }
    float[] block = engine.forward(batch.rows(), student);
    long nanos = nanoClock.getAsLong() - start;
    metrics.ran(student, batch.rows(), nanos);
    batch.trace().part("engine", start, start + nanos, "cohort.student", student);
    send(batch, block, nanos / 1000);
    student++;
    return student < batch.end();
  }

  private void send(Batch batch, float[] block, long micros) {
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
