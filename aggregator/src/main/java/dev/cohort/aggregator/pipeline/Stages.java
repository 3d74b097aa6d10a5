package dev.cohort.aggregator.pipeline;

import dev.cohort.aggregator.NanoClock;
import dev.cohort.aggregator.metrics.RequestTimes;
import dev.cohort.observability.TraceSpan;

/**
 * When one request passed each stage. A stage is noted by the thread that does its work, before the
 * request is handed on, so that later stages see it; not for any other use across threads.
 */
final class Stages {
  private final NanoClock clock;
  private final long arrived;
  private long admitted;
  private long tokenized;
  private long tokenizingNanos;
  private long sent;
  private long gathered;

  /** A request arrives now. */
  Stages(NanoClock clock) {
    this.clock = clock;
    this.arrived = clock.nanoTime();
  }

  long arrived() {
    return arrived;
  }

  void admitted() {
    admitted = clock.nanoTime();
  }

  /** Its texts became tokens, in this time, waiting apart. */
  void tokenized(long nanos) {
    tokenized = clock.nanoTime();
    tokenizingNanos = nanos;
  }

  /** Its last row is with seats. */
  void sent() {
    sent = clock.nanoTime();
  }

  /** The last contribution is here. */
  void gathered() {
    gathered = clock.nanoTime();
  }

  /** Adds the stages of a request that was answered to its trace. */
  void trace(TraceSpan request) {
    if (tokenizingNanos > 0) {
      request.part("tokenize", tokenized - tokenizingNanos, tokenized);
    }
    request.part("queue", tokenized, sent);
  }

  /** The stages of a request that was answered at this time. */
  RequestTimes times(long ended) {
    return new RequestTimes(
        admitted - arrived + tokenizingNanos,
        sent - admitted - tokenizingNanos,
        gathered - sent,
        ended - gathered);
  }
}
