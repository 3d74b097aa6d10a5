package dev.cohort.student.seat;

import static dev.cohort.observability.MeterSpec.counter;
import static dev.cohort.observability.MeterSpec.gauge;
import static dev.cohort.observability.MeterSpec.sizes;
import static dev.cohort.observability.MeterSpec.timer;

import dev.cohort.observability.MeterSpec;

/** All metrics of a seat; {@code docs/reference/metrics.md} is generated from them. */
public enum SeatMetric {
  QUEUE(gauge("cohort.seat.queue.batches", "batches", "Batches that wait for a lane")),
  QUEUE_WAIT(timer("cohort.seat.queue.wait", "From a batch's arrival until a lane began with it")),
  BATCH_ROWS(sizes("cohort.seat.batch.rows", "rows", "Rows of a batch that a lane began")),
  BATCH_TOKENS(sizes("cohort.seat.batch.tokens", "tokens", "Tokens of a batch that a lane began")),
  ENGINE(timer("cohort.seat.engine", "Engine time of one student for one batch", "student")),
  ROWS(counter("cohort.seat.rows", "rows", "Rows run, once for each student")),
  TOKENS(counter("cohort.seat.tokens", "tokens", "Tokens run, once for each student")),
  REFUSALS(
      counter(
          "cohort.seat.refusals",
          "batches",
          "Batches refused, by reason of the student protocol",
          "reason")),
  PRECISION(
      gauge(
          "cohort.seat.precision",
          "1",
          "Always 1; the label is the arithmetic in use",
          "precision")),
  STUDENTS_LOADED(gauge("cohort.seat.students.loaded", "students", "Students that the seat holds")),
  LOAD_FAILURES(
      counter("cohort.seat.load.failures", "students", "Students that could not be loaded")),
  STREAMS(gauge("cohort.seat.streams", "streams", "Open streams"));

  private final MeterSpec spec;

  SeatMetric(MeterSpec spec) {
    this.spec = spec;
  }

  /** The metric. */
  public MeterSpec spec() {
    return spec;
  }
}
