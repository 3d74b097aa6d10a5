package dev.cohort.student.seat;

import dev.cohort.observability.TraceSpan;
import dev.cohort.observability.Tracing;
import dev.cohort.packages.BatchRules;
import dev.cohort.packages.InputException;
import dev.cohort.packages.PackedBatch;
import dev.cohort.protocol.student.v1.ForwardRequest;
import dev.cohort.protocol.student.v1.Refusal.Reason;
import dev.cohort.student.engine.StudentEngine;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Checks each batch against the package, the students held and the limits, and queues it. */
final class BatchAdmission implements ForwardStream.Admission {
  /** Far more than any caller waits; keeps deadlines inside a long. */
  private static final Duration LONGEST = Duration.ofHours(1);

  private final String digest;
  private final int studentsTotal;
  private final BatchRules rules;
  private final Duration maxQueueTime;
  private final StudentEngine engine;
  private final WorkQueue queue;
  private final Lanes lanes;
  private final Tracing tracing;
  private final BooleanSupplier isReady;
  private final LongSupplier nanoClock;

  BatchAdmission(
      String digest,
      int studentsTotal,
      BatchRules rules,
      Duration maxQueueTime,
      StudentEngine engine,
      WorkQueue queue,
      Lanes lanes,
      Tracing tracing,
      BooleanSupplier isReady,
      LongSupplier nanoClock) {
    this.digest = digest;
    this.studentsTotal = studentsTotal;
    this.rules = rules;
    this.maxQueueTime = maxQueueTime;
    this.engine = engine;
    this.queue = queue;
    this.lanes = lanes;
    this.tracing = tracing;
    this.isReady = isReady;
    this.nanoClock = nanoClock;
  }

  @Override
  public void admit(ForwardStream stream, ForwardRequest request) throws RefusedException {
    requireServing();
    requirePackage(request);
    requireStudents(request);
    long now = nanoClock.getAsLong();
    PackedBatch rows = rows(request);
    TraceSpan trace = trace(request, now);
    Batch batch =
        new Batch(
            stream,
            request.getBatchId(),
            rows,
            request.getFirstStudent(),
            request.getEndStudent(),
            trace,
            now,
            now + timeNanos(request));
    if (!queue.accept(batch)) {
      trace.fail(Reason.DRAINING.name());
      throw draining();
    }
    lanes.wake();
  }

  // Only what the sender traces: a seat begins no trace of its own.
  private TraceSpan trace(ForwardRequest request, long now) {
    return request.getTraceparent().isEmpty()
        ? TraceSpan.NONE
        : tracing.serve("seat", request.getTraceparent(), now);
  }

  private void requireServing() throws RefusedException {
    if (queue.isDraining()) {
      throw draining();
    }
    if (!isReady.getAsBoolean()) {
      throw new RefusedException(Reason.WARMING, "the seat is still loading; try again soon");
    }
  }

  private void requirePackage(ForwardRequest request) throws RefusedException {
    if (!request.getPackageDigest().equals(digest)) {
      throw new RefusedException(Reason.WRONG_PACKAGE, "this seat serves package " + digest);
    }
  }

  private void requireStudents(ForwardRequest request) throws RefusedException {
    int first = request.getFirstStudent();
    int end = request.getEndStudent();
    if (first < 0 || first >= end || end > studentsTotal) {
      throw new RefusedException(
          Reason.INVALID,
          "students %s..%s are no range within 0..%d"
              .formatted(
                  Integer.toUnsignedString(first), Integer.toUnsignedString(end), studentsTotal));
    }
    if (!engine.holds(first, end)) {
      throw new RefusedException(
          Reason.STUDENT_NOT_HELD,
          "this seat holds students %s, not all of %d..%d"
              .formatted(engine.students(), first, end - 1));
    }
  }

  private PackedBatch rows(ForwardRequest request) throws RefusedException {
    try {
      return PackedBatch.fromWire(
          request.getInputIds().asReadOnlyByteBuffer(),
          request.getTokenTypeIds().asReadOnlyByteBuffer(),
          request.getRowLengths().asReadOnlyByteBuffer(),
          rules);
    } catch (InputException e) {
      Reason reason =
          e.kind() == InputException.Kind.OVER_LIMIT ? Reason.OVER_LIMIT : Reason.INVALID;
      throw new RefusedException(reason, e.getMessage());
    }
  }

  private long timeNanos(ForwardRequest request) {
    long micros = request.getRemainingMicros();
    long longest = LONGEST.toNanos() / 1000;
    return micros == 0
        ? maxQueueTime.toNanos()
        : 1000 * (Long.compareUnsigned(micros, longest) < 0 ? micros : longest);
  }

  private static RefusedException draining() {
    return new RefusedException(Reason.DRAINING, "the seat is shutting down");
  }
}
