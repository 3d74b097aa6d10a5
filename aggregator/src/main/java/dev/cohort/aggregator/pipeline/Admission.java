package dev.cohort.aggregator.pipeline;

import dev.cohort.aggregator.RefusedException;
import io.grpc.Status;

/**
 * The bound on what waits, in requests and in tokens. A request is let in when both have room, and
 * leaves when all of it is with seats. Thread-safe.
 */
public final class Admission {
  private final int maxRequests;
  private final long maxTokens;
  // Guarded by this.
  private int requests;
  private long tokens;

  /** An empty queue with these bounds, each at least 1. */
  public Admission(int maxRequests, long maxTokens) {
    this.maxRequests = maxRequests;
    this.maxTokens = maxTokens;
  }

  /**
   * Lets a request in.
   *
   * @param estimate its tokens, as far as they are known
   * @throws RefusedException {@code RESOURCE_EXHAUSTED} when there is no room; {@code
   *     INVALID_ARGUMENT} when there never will be
   */
  public synchronized Ticket admit(long estimate) {
    if (estimate > maxTokens) {
      throw RefusedException.invalid(
          "the request has about %d tokens; at most %d are allowed".formatted(estimate, maxTokens));
    }
    if (requests >= maxRequests || tokens + estimate > maxTokens) {
      throw new RefusedException(
          Status.Code.RESOURCE_EXHAUSTED,
          "the queue is full: %d of %d requests, %d of %d tokens wait"
              .formatted(requests, maxRequests, tokens, maxTokens));
    }
    requests++;
    tokens += estimate;
    return new Ticket(estimate);
  }

  /** Requests that wait. */
  public synchronized int requests() {
    return requests;
  }

  /** Tokens that wait. */
  public synchronized long tokens() {
    return tokens;
  }

  /** A request's place in the queue. */
  public final class Ticket {
    // Guarded by the admission; negative once released.
    private long held;

    private Ticket(long held) {
      this.held = held;
    }

    /** The request's tokens have been counted. */
    public void counted(long exact) {
      synchronized (Admission.this) {
        if (held >= 0) {
          tokens += exact - held;
          held = exact;
        }
      }
    }

    /** The request waits no more. Releasing again does nothing. */
    public void release() {
      synchronized (Admission.this) {
        if (held >= 0) {
          tokens -= held;
          requests--;
          held = -1;
        }
      }
    }
  }
}
