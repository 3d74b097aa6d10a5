package dev.cohort.policy.scaling;

/**
 * How many seats are allowed, in total when students share seats, for each student otherwise.
 *
 * <p>The GPU budget comes before the minimum.
 *
 * @param min fewest seats, at least 1
 * @param max most seats, at least {@code min}
 * @param fallback fewest seats while there are no signals, {@code min} to {@code max}
 * @param gpu seats that the GPU budget has room for, at least 1; {@link #NO_BUDGET} without one
 */
public record SeatBounds(int min, int max, int fallback, int gpu) {
  /** {@link #gpu()} when there is no GPU budget. */
  public static final int NO_BUDGET = Integer.MAX_VALUE;

  public SeatBounds {
    Checks.atLeast("min", min, 1);
    Checks.atLeast("max", max, min);
    Checks.between("fallback", fallback, min, max);
    Checks.atLeast("gpu", gpu, 1);
  }

  /** Bounds without a GPU budget and with no more seats than the minimum to fall back to. */
  public static SeatBounds of(int min, int max) {
    return new SeatBounds(min, max, min, NO_BUDGET);
  }

  /**
   * Seats that a GPU budget has room for.
   *
   * @param gpus devices, slices or shares, as the resource counts them
   * @param gpusPerSeat how many of them one seat asks for; 0 when it asks for none
   */
  public static int seatsWithin(int gpus, int gpusPerSeat) {
    Checks.atLeast("gpus", gpus, 0);
    Checks.atLeast("gpusPerSeat", gpusPerSeat, 0);
    return gpusPerSeat == 0 ? NO_BUDGET : gpus / gpusPerSeat;
  }

  int lowest() {
    return Math.min(min, gpu);
  }

  int highest() {
    return Math.min(max, gpu);
  }

  /** The nearest allowed number; {@code seats} may be fractional, huge or infinite. */
  int clamp(double seats) {
    return (int) Math.clamp(seats, lowest(), highest());
  }

  ScalingReason limit() {
    return gpu < max ? ScalingReason.LIMITED_BY_GPU_BUDGET : ScalingReason.LIMITED_BY_MAXIMUM;
  }
}
