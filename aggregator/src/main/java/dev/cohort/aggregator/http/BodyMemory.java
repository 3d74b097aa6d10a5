package dev.cohort.aggregator.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * The bound on all bodies together that are being received and read. Without it, the bound on one
 * body times the number of connections would be the memory that clients can take. Thread-safe.
 */
public final class BodyMemory {
  private final long maxBytes;
  private final AtomicLong taken = new AtomicLong();

  /** Room for this many bytes. */
  public BodyMemory(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes room, or says that there is none. */
  boolean take(int bytes) {
    if (taken.addAndGet(bytes) <= maxBytes) {
      return true;
    }
    taken.addAndGet(-bytes);
    return false;
  }

  /** Gives room back. */
  void release(int bytes) {
    taken.addAndGet(-bytes);
  }
}
