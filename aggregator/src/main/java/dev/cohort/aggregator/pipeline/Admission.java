package dev.cohort.aggregator.pipeline;

import dev.cohort.aggregator.RefusedException;
import dev.cohort.policy.AdmissionPolicy;
import java.time.Duration;

/**
 * The bound on what waits: requests, tokens, and bytes, since a long text becomes few tokens but
 * holds its memory. A request is let in when all three have room and its deadline can be met by
 * prediction, and leaves when all of it is with seats. Thread-safe.
 */
public final class Admission {
  /** A retry sooner than this finds the same queue. */
  private static final Duration LEAST_RETRY = Duration.ofMillis(10);

  private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);

  /** Where nothing is predicted. */
  private static final double UNKNOWN_RETRY_MICROS = 1e6;

  private final AdmissionPolicy policy;
  private final int maxRequests;
  private final long maxTokens;
  private final long maxBytes;
  // Guarded by this.
  private int requests;
  private long tokens;
  private long bytes;

  /** An empty queue with these bounds, each at least 1. */
  public Admission(int maxRequests, long maxTokens, long maxBytes) {
    this.policy = new AdmissionPolicy(new AdmissionPolicy.Limits(maxRequests, maxTokens, 0));
    this.maxRequests = maxRequests;
    this.maxTokens = maxTokens;
    this.maxBytes = maxBytes;
  }

  /**
   * Lets a request in.
   *
   * @param estimate its tokens, as far as they are known
   * @param size its bytes
   * @param remainingMicros time until its deadline
   * @param predictedMicros least time until it could be answered; not a number: unknown
   * @throws RefusedException {@code RESOURCE_EXHAUSTED} when there is no room; {@code
   *     DEADLINE_EXCEEDED} when it would be answered too late; {@code INVALID_ARGUMENT} when there
   *     never will be room
   */
  public synchronized Ticket admit(
      long estimate, long size, double remainingMicros, double predictedMicros) {
    if (estimate > maxTokens) {
      throw RefusedException.invalid(
          "the request has about %d tokens; at most %d are allowed".formatted(estimate, maxTokens));
    }
    switch (policy.decide(
        new AdmissionPolicy.Queue(requests, tokens),
        new AdmissionPolicy.Request(estimate, remainingMicros, predictedMicros))) {
      case AdmissionPolicy.Admit ignored -> {}
      case AdmissionPolicy.QueueFull full -> throw full(full.retryMicros());
      case AdmissionPolicy.Hopeless hopeless ->
          throw RefusedException.late(
              "the request's deadline is in %.3f ms, the earliest answer in %.3f ms"
                  .formatted(remainingMicros / 1000, hopeless.predictedMicros() / 1000));
    }
    if (bytes + size > maxBytes) {
      throw full(predictedMicros);
    }
    requests++;
    tokens += estimate;
    bytes += size;
    return new Ticket(estimate, size);
  }

  private RefusedException full(double retryMicros) {
    double micros = Double.isNaN(retryMicros) ? UNKNOWN_RETRY_MICROS : retryMicros;
    long millis =
        Math.clamp((long) (micros / 1000), LEAST_RETRY.toMillis(), LONGEST_RETRY.toMillis());
    return RefusedException.full(
        "the queue is full: %d of %d requests, %d of %d tokens, %d of %d bytes wait"
            .formatted(requests, maxRequests, tokens, maxTokens, bytes, maxBytes),
        Duration.ofMillis(millis));
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
