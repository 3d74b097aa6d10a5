package dev.cohort.aggregator.dispatch;

import dev.cohort.policy.PrefixPolicy;
import java.time.Duration;

/**
 * How many students the next batch of one model asks for. Holds the policy's state and the smoothed
 * rate at which work arrives. Owned by the dispatch thread.
 */
final class PrefixControl {
  /** How long an arrival counts in the smoothed rate. */
  private static final Duration MEMORY = Duration.ofMillis(500);

  private final PrefixPolicy policy;
  private PrefixPolicy.Bounds bounds;
  private PrefixPolicy.State state;
  // Predicted engine microseconds of one student.
  private final SmoothedRate arrivals;

  PrefixControl(PrefixPolicy policy, PrefixPolicy.Bounds bounds, long nowNanos) {
    this.policy = policy;
    this.bounds = bounds;
    this.state = PrefixPolicy.State.of(bounds.max());
    this.arrivals = new SmoothedRate(MEMORY, nowNanos);
  }

  /** Other bounds from the next decision on. */
  void bound(PrefixPolicy.Bounds now) {
    bounds = now;
  }

  PrefixPolicy.Bounds bounds() {
    return bounds;
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
    arrivals.add(micros, nowNanos);
  }

  /**
   * Share of the capacity that the present arrival rate uses with the prefix in use; not a number
   * without lanes.
   */
  double utilisation(int lanes, long nowNanos) {
    return utilisation(prefix(), arrivals.perSecond(nowNanos), lanes);
  }

  /** Decides anew; holds the prefix where nothing can be predicted. */
  int decide(Workload work, long nowNanos) {
    double rate = arrivals.perSecond(nowNanos);
    state =
        policy.decide(
            state,
            bounds,
            new PrefixPolicy.Load(work::drainMicros, k -> utilisation(k, rate, work.lanes())),
            nowNanos);
    return state.prefix();
  }

  private static double utilisation(int students, double microsPerSecond, int lanes) {
    return lanes == 0 ? Double.NaN : students * microsPerSecond / 1e6 / lanes;
  }
}
