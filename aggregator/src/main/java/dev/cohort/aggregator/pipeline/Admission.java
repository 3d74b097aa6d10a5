package dev.cohort.aggregator.pipeline;

import dev.cohort.aggregator.RefusedException;
import io.grpc.Status;

/**
 * The bound on what waits: requests, tokens, and bytes, since a long text becomes few tokens but
 * holds its memory. A request is let in when all three have room, and leaves when all of it is with
 * seats. Thread-safe.
 */
public final class Admission {
  private final int maxRequests;
  private final long maxTokens;
  private final long maxBytes;
  // Guarded by this.
  private int requests;
  private long tokens;
  private long bytes;

  /** An empty queue with these bounds, each at least 1. */
  public Admission(int maxRequests, long maxTokens, long maxBytes) {
    this.maxRequests = maxRequests;
    this.maxTokens = maxTokens;
    this.maxBytes = maxBytes;
  }

  /**
   * Lets a request in.
   *
   * @param estimate its tokens, as far as they are known
   * @param size its bytes
   * @throws RefusedException {@code RESOURCE_EXHAUSTED} when there is no room; {@code
   *     INVALID_ARGUMENT} when there never will be
   */
  public synchronized Ticket admit(long estimate, long size) {
    if (estimate > maxTokens) {
      throw RefusedException.invalid(
          "the request has about %d tokens; at most %d are allowed".formatted(estimate, maxTokens));
    }
    if (requests >= maxRequests || tokens + estimate > maxTokens || bytes + size > maxBytes) {
      throw new RefusedException(
          Status.Code.RESOURCE_EXHAUSTED,
          "the queue is full: %d of %d requests, %d of %d tokens, %d of %d bytes wait"
              .formatted(requests, maxRequests, tokens, maxTokens, bytes, maxBytes));
    }
    requests++;
    tokens += estimate;
    bytes += size;
    return new Ticket(estimate, size);
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
    private final long size;

    private Ticket(long held, long size) {
      this.held = held;
      this.size = size;
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
          bytes -= size;
          requests--;
          held = -1;
        }
      }
    }
  }
}
