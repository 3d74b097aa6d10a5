package dev.cohort.aggregator.dispatch;

import java.time.Duration;

/**
 * How much of something comes each second: a sum that decays exponentially, so that an arrival
 * counts for about the given memory. Owned by one thread.
 */
final class SmoothedRate {
  private final double memoryNanos;
  private double sum;
  private long nanos;

  /** A rate of nothing so far. */
  SmoothedRate(Duration memory, long nowNanos) {
    this.memoryNanos = memory.toNanos();
    this.nanos = nowNanos;
  }

  /** So much came at this time, which is not before earlier ones. */
  void add(double amount, long nowNanos) {
    decay(nowNanos);
    sum += amount;
  }

  /** How much comes each second. */
  double perSecond(long nowNanos) {
    decay(nowNanos);
    return sum / memoryNanos * 1e9;
  }

  private void decay(long nowNanos) {
    sum *= Math.exp(-(nowNanos - nanos) / memoryNanos);
    nanos = nowNanos;
  }
}
