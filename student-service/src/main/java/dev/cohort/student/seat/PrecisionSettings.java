package dev.cohort.student.seat;

import dev.cohort.policy.PrecisionPolicy.Wanted;

/**
 * Which arithmetic a seat shall use.
 *
 * @param wanted fp32, int8, or whichever is better
 * @param floorPoints points of the package's metric that int8 may lose at any prefix where the seat
 *     chooses
 */
public record PrecisionSettings(Wanted wanted, double floorPoints) {
  private static final double MAX_POINTS = 100;

  /**
   * @throws IllegalArgumentException naming the key, the value and what is allowed
   */
  public PrecisionSettings {
    if (!(floorPoints >= 0 && floorPoints <= MAX_POINTS)) {
      throw new IllegalArgumentException(
          "cohort.precision-floor is %s; allowed are 0 to 100 points".formatted(floorPoints));
    }
  }

  /** What every package and processor can do. */
  public static PrecisionSettings fp32() {
    return new PrecisionSettings(Wanted.FP32, 1.0);
  }
}
