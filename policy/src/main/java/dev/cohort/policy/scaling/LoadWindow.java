package dev.cohort.policy.scaling;

import java.util.Arrays;

/**
 * Samples of the last seconds, one bucket for each second. Immutable.
 *
 * <pre>mean(w) = mean over the buckets of the last w seconds that hold samples of (sum / samples)
 * </pre>
 *
 * Each second weighs the same, however many samples came in it. A second without samples does not
 * count as a second without load.
 */
final class LoadWindow {
  private static final long NANOS = 1_000_000_000L;

  private final double[] sums;
  private final int[] samples;

  /** The second of the newest bucket; it stands at {@code newest mod length}. */
  private final long newest;

  private LoadWindow(double[] sums, int[] samples, long newest) {
    this.sums = sums;
    this.samples = samples;
    this.newest = newest;
  }

  /** An empty window of so many seconds. */
  static LoadWindow of(int seconds, long now) {
    return new LoadWindow(new double[seconds], new int[seconds], second(now));
  }

  /** A clock that went back puts the sample into the newest bucket. */
  LoadWindow with(double value, long now) {
    LoadWindow moved = at(now);
    int slot = moved.slot(moved.newest);
    moved.sums[slot] += value;
    moved.samples[slot]++;
    return moved;
  }

  /** This window, so far as it still counts, as a copy. */
  LoadWindow at(long now) {
    double[] kept = sums.clone();
    int[] counts = samples.clone();
    long last = Math.max(newest, second(now));
    for (long gone = Math.max(newest, last - kept.length) + 1; gone <= last; gone++) {
      kept[slot(gone)] = 0;
      counts[slot(gone)] = 0;
    }
    return new LoadWindow(kept, counts, last);
  }

  int seconds() {
    return sums.length;
  }

  /** 0 when there are no samples. */
  double mean(int seconds) {
    double total = 0;
    for (long second = newest; second > newest - seconds; second--) {
      int slot = slot(second);
      total += samples[slot] == 0 ? 0 : sums[slot] / samples[slot];
    }
    return total / Math.max(1, filled(seconds));
  }

  /** Seconds that hold samples. */
  int filled(int seconds) {
    int filled = 0;
    for (long second = newest; second > newest - seconds; second--) {
      filled += samples[slot(second)] == 0 ? 0 : 1;
    }
    return filled;
  }

  private int slot(long second) {
    return (int) Math.floorMod(second, (long) sums.length);
  }

  private static long second(long now) {
    return Math.floorDiv(now, NANOS);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LoadWindow window
        && newest == window.newest
        && Arrays.equals(sums, window.sums)
        && Arrays.equals(samples, window.samples);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(newest) + 31 * Arrays.hashCode(sums);
  }

  @Override
  public String toString() {
    return "mean %s over %d s".formatted(mean(seconds()), filled(seconds()));
  }
}
