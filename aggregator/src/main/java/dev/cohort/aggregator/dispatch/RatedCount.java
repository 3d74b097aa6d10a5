package dev.cohort.aggregator.dispatch;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * A count to which any thread may add, and its smoothed rate, which one thread samples and reads.
 */
final class RatedCount {
  private final LongAdder total = new LongAdder();
  // Owned by the thread that samples.
  private final SmoothedRate rate;
  private long sampled;

  RatedCount(Duration memory, long nowNanos) {
    this.rate = new SmoothedRate(memory, nowNanos);
  }

  void add(long number) {
    total.add(number);
  }

  long total() {
    return total.sum();
  }

  /** Takes what was added since the last call as having come now; call it often. */
  void sample(long nowNanos) {
    long now = total.sum();
    rate.add(now - sampled, nowNanos);
    sampled = now;
  }

  double perSecond(long nowNanos) {
    sample(nowNanos);
    return rate.perSecond(nowNanos);
  }
}
