package dev.cohort.aggregator.metrics;

import static dev.cohort.observability.MeterSpec.counter;
import static dev.cohort.observability.MeterSpec.gauge;
import static dev.cohort.observability.MeterSpec.sizes;
import static dev.cohort.observability.MeterSpec.steps;
import static dev.cohort.observability.MeterSpec.timer;

import dev.cohort.observability.MeterSpec;

/** All metrics of the aggregator; {@code docs/reference/metrics.md} is generated from them. */
public enum AggregatorMetric {
  REQUESTS(
      counter(
          "cohort.requests",
          "requests",
          "Requests that ended, by gRPC status code; model `unknown` for names that are not served",
          "model",
          "code")),
  REQUEST(timer("cohort.request", "From a request's arrival to its end", "model")),
  REQUESTS_IN_FLIGHT(
      gauge(
          "cohort.requests.in.flight",
          "requests",
          "Requests that have come in and are not answered yet")),
  REFUSALS(
      counter(
          "cohort.refusals",
          "requests",
          "Requests refused: `queue_full`, `hopeless_deadline` (no answer would come in time),"
              + " `too_large` (never room for it); `expired`: let in, but its time ran out in the"
              + " queue",
          "reason")),
  ROWS(counter("cohort.rows", "rows", "Rows answered", "model")),
  ROWS_PRUNED(
      counter(
          "cohort.rows.pruned",
          "rows",
          "Rows of answers for which fewer students than all were asked",
          "model")),
  ROWS_DEGRADED(
      counter(
          "cohort.rows.degraded",
          "rows",
          "Rows of answers in which fewer students took part than were asked",
          "model")),
  STUDENTS_PER_ANSWER(
      steps(
          "cohort.students.per.answer",
          "students",
          "Students that took part in a row's answer",
          "model")),
  QUEUE_REQUESTS(gauge("cohort.queue.requests", "requests", "Requests that wait for a seat")),
  QUEUE_TOKENS(
      gauge("cohort.queue.tokens", "tokens", "Tokens of the requests that wait for a seat")),
  QUEUE_WAIT(
      timer(
          "cohort.queue.wait",
          "From a request's admission until its last row was sent to seats, without the tokenising;"
              + " answered requests only",
          "model")),
  PREFIX(gauge("cohort.prefix", "students", "Students that the next batch asks for", "model")),
  BATCH_ROWS(sizes("cohort.batch.rows", "rows", "Rows of a batch", "model")),
  BATCH_TOKENS(sizes("cohort.batch.tokens", "tokens", "Tokens of a batch", "model")),
  STUDENT_TOKENS_COMPUTED(
      counter(
          "cohort.student.tokens.computed",
          "tokens",
          "Tokens that seats have run, once for each student; what two seats ran counts twice",
          "model")),
  STUDENT_TOKENS_USED(
      counter(
          "cohort.student.tokens.used",
          "tokens",
          "Tokens of answered rows, once for each student that took part",
          "model")),
  ATTENTION_CELLS_COMPUTED(
      counter(
          "cohort.attention.cells.computed",
          "cells",
          "Cells of the attention rectangles that seats have run, rows x longest x longest of a"
              + " batch, once for each student. A seat that runs a batch in parts computes fewer",
          "model")),
  ATTENTION_CELLS_USED(
      counter(
          "cohort.attention.cells.used",
          "cells",
          "Those of them that are not padding: length x length of each row, once for each student",
          "model")),
  SEATS_CONNECTED(
      gauge("cohort.seats.connected", "seats", "Seats that serve the model now", "model")),
  SEAT_REPLY(
      timer(
          "cohort.seat.reply",
          "From sending students of a batch to a seat until it had answered for all of them; seats"
              + " beyond the first 256 share the label `other`",
          "seat")),
  SEAT_FAILURES(
      counter("cohort.seat.failures", "failures", "Seats lost, slow, or not reached", "reason")),
  RESENDS(
      counter(
          "cohort.resends",
          "resends",
          "Parts of batches sent to another seat: `returned` by the first one or lost with it, or"
              + " `slow` there (hedged)",
          "reason")),
  DISPATCH_BUSY(
      counter(
          "cohort.dispatch.busy.seconds",
          "seconds",
          "Time that the dispatch thread was at work; 1 a second is its limit")),
  INTERNAL_ERRORS(
      counter("cohort.internal.errors", "errors", "Bugs and failing engines; the log has them"));

  private final MeterSpec spec;

  AggregatorMetric(MeterSpec spec) {
    this.spec = spec;
  }

  /** The metric. */
  public MeterSpec spec() {
    return spec;
  }
}
