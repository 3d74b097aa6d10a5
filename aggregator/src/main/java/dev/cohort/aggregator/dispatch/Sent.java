package dev.cohort.aggregator.dispatch;

import java.util.BitSet;

/** A range of students of a batch that a seat works on. Owned by the dispatch thread. */
final class Sent {
  private final Batch batch;
  private final int first;
  private final int end;
  private final long overdueNanos;
  private final BitSet awaited = new BitSet();

  Sent(Batch batch, int first, int end, long overdueNanos) {
    this.batch = batch;
    this.first = first;
    this.end = end;
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

  /** When a seat that has not answered must be broken, by NanoClock. */
  long overdueNanos() {
    return overdueNanos;
  }

  /** Students whose blocks have not come yet. */
  BitSet awaited() {
    return awaited;
  }
}
