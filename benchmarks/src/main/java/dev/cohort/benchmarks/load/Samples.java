package dev.cohort.benchmarks.load;

import java.util.Arrays;

/** Times in nanoseconds, all of them kept. Not thread-safe. */
public final class Samples {
  private long[] nanos = new long[1024];
  private int count;

  /** Takes a time. */
  public void add(long time) {
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = time;
  }

  /** Takes all of the other's. */
  public void addAll(Samples other) {
    for (int i = 0; i < other.count; i++) {
      add(other.nanos[i]);
    }
  }

  /** How many. */
  public int count() {
    return count;
  }

  /** Forgets all. */
  public void clear() {
    count = 0;
  }

  /**
   * A quantile in milliseconds; NaN without times.
   *
   * @param share 0 for the least, 1 for the largest
   */
  public double millis(double share) {
    if (count == 0) {
      return Double.NaN;
    }
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    return sorted[(int) (share * (count - 1))] / 1e6;
  }
}
