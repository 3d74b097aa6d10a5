package dev.cohort.aggregator.dispatch;

import dev.cohort.observability.TraceSpan;
import java.util.BitSet;

/** A range of students of a batch that a seat works on. Owned by the dispatch thread. */
final class Sent {
  private final Batch batch;
  private final int first;
  private final int end;
  private final double studentMicros;
  private final long sentNanos;
  private final TraceSpan trace;
  private final long expectedNanos;
  private final long overdueNanos;
  private final BitSet awaited = new BitSet();
  private boolean copied;

  /**
   * @param studentMicros predicted engine time of one student
   * @param sentNanos when it was sent
   * @param trace of the call to the seat
   * @param expectedNanos when a seat that works would have answered
   * @param overdueNanos when a seat that has not answered must be broken
   */
  Sent(
      Batch batch,
      int first,
      int end,
      double studentMicros,
      long sentNanos,
      TraceSpan trace,
      long expectedNanos,
      long overdueNanos) {
    this.batch = batch;
    this.first = first;
    this.end = end;
    this.studentMicros = studentMicros;
    this.sentNanos = sentNanos;
    this.trace = trace;
    this.expectedNanos = expectedNanos;
    this.overdueNanos = overdueNanos;
    awaited.set(first, end);
  }

  Batch batch() {
    return batch;
  }

  int first() {
    return first;
  }

  int end() {
    return end;
  }

  /** Whether another seat was asked for the same because this one is slow. */
  boolean isCopied() {
    return copied;
  }

  void copied() {
    copied = true;
  }

  /** Predicted engine time of what has not come yet. */
  double openMicros() {
    return studentMicros * awaited.cardinality();
  }

  /** Predicted engine time of one student. */
  double studentMicros() {
    return studentMicros;
  }

  TraceSpan trace() {
    return trace;
  }

  /** When it was sent, by NanoClock. */
  long sentNanos() {
    return sentNanos;
  }

  /** When a seat that works would have answered, by NanoClock. */
  long expectedNanos() {
    return expectedNanos;
  }

  /** When a seat that has not answered must be broken, by NanoClock. */
  long overdueNanos() {
    return overdueNanos;
  }

  /** Students whose blocks have not come yet. */
  BitSet awaited() {
    return awaited;
  }
}
