package dev.cohort.student.seat;

import dev.cohort.protocol.student.v1.Refusal.Reason;
import java.io.Serial;

/** A batch is not taken; the reason goes to the aggregator. */
final class RefusedException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final Reason reason;

  RefusedException(Reason reason, String message) {
    // An expected answer under load: no stack trace, which would cost more than the batch.
    super(message, null, false, false);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }
}
