package dev.cohort.aggregator.dispatch;

import dev.cohort.policy.PrefixPolicy;

/**
 * How many students the next batch of one model asks for. Holds the policy's state and the smoothed
 * rate at which work arrives. Owned by the dispatch thread.
 */
final class PrefixControl {
  /** How long an arrival counts in the smoothed rate. */
  private static final double MEMORY_NANOS = 500e6;

  private final PrefixPolicy policy;
  private final PrefixPolicy.Bounds bounds;
  private PrefixPolicy.State state;
  // Predicted engine microseconds of one student that arrived, decaying.
  private double arrivedMicros;
  private long arrivedNanos;

  PrefixControl(PrefixPolicy policy, PrefixPolicy.Bounds bounds, long nowNanos) {
    this.policy = policy;
    this.bounds = bounds;
    this.state = PrefixPolicy.State.of(bounds.max());
    this.arrivedNanos = nowNanos;
  }

  /** Fewest students that may answer. */
  int min() {
    return bounds.min();
  }

  int prefix() {
    return state.prefix();
  }

  /** Work came in: the predicted engine time of one student for it. */
  void arrived(double micros, long nowNanos) {
    decay(nowNanos);
    arrivedMicros += micros;
  }

  /**
   * Decides anew.
   *
   * @param outstandingMicros engine time of what the seats have not answered yet
   * @param queuedMicros engine time of one student for what waits
   * @param lanes engine threads; 0 holds the prefix
   */
  int decide(double outstandingMicros, double queuedMicros, int lanes, long nowNanos) {
    decay(nowNanos);
    double rate = arrivedMicros / (MEMORY_NANOS / 1000);
    state =
        policy.decide(
            state,
            bounds,
            new PrefixPolicy.Load(
                k -> lanes == 0 ? Double.NaN : (outstandingMicros + k * queuedMicros) / lanes,
                k -> lanes == 0 ? Double.NaN : k * rate / lanes),
            nowNanos);
    return state.prefix();
  }

  private void decay(long nowNanos) {
    arrivedMicros *= Math.exp(-(nowNanos - arrivedNanos) / MEMORY_NANOS);
    arrivedNanos = nowNanos;
  }
}
