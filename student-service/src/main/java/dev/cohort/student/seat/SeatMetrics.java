package dev.cohort.student.seat;

import dev.cohort.packages.PackedBatch;
import dev.cohort.protocol.student.v1.Refusal.Reason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.IntSupplier;

/** The seat's meters. Labels have few values: student number and reason of refusal. Thread-safe. */
final class SeatMetrics {
  private final MeterRegistry registry;
  private final Counter rows;
  private final Counter tokens;
  private final Counter loadFailures;

  SeatMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.rows =
        Counter.builder("cohort.seat.rows")
            .description("Rows run, once for each student")
            .register(registry);
    this.tokens =
        Counter.builder("cohort.seat.tokens")
            .description("Tokens run, once for each student")
            .register(registry);
    this.loadFailures =
        Counter.builder("cohort.seat.load.failures")
            .description("Students that could not be loaded")
            .register(registry);
  }

  /** Registers the levels. */
  void levels(IntSupplier queueLength, IntSupplier streams, IntSupplier students) {
    Gauge.builder("cohort.seat.students.loaded", students::getAsInt)
        .description("Students that this seat holds")
        .register(registry);
    Gauge.builder("cohort.seat.queue.length", queueLength::getAsInt)
        .description("Batches that wait for a lane")
        .register(registry);
    Gauge.builder("cohort.seat.streams", streams::getAsInt)
        .description("Open streams")
        .register(registry);
  }

  /** Tells the arithmetic in use, as the label of a gauge that is always 1. */
  void precision(String name) {
    Gauge.builder("cohort.seat.precision", () -> 1)
        .description("Arithmetic of this seat, in the label precision; always 1")
        .tag("precision", name)
        .register(registry);
  }

  /** A student ran a batch. */
  void ran(int student, PackedBatch batch, long nanos) {
    rows.increment(batch.rows());
    tokens.increment(batch.tokens());
    Timer.builder("cohort.seat.engine")
        .description("Engine time of one student for one batch")
        .tag("student", Integer.toString(student))
        .register(registry)
        .record(Duration.ofNanos(nanos));
  }

  /** A student could not be loaded. */
  void loadFailed() {
    loadFailures.increment();
  }

  /** A batch was refused. */
  void refused(Reason reason) {
    Counter.builder("cohort.seat.refusals")
        .description("Batches refused")
        .tag("reason", reason.name())
        .register(registry)
        .increment();
  }
}
