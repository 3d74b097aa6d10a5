package dev.cohort.policy.scaling;

import java.time.Duration;

/**
 * How eagerly seats follow the load.
 *
 * @param windows over which the load is averaged
 * @param band when the load counts as too much or too little
 * @param pace how fast the number may change
 */
public record ScalingSettings(Windows windows, Band band, Pace pace) {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);

  public static ScalingSettings defaults() {
    return new ScalingSettings(Windows.defaults(), Band.defaults(), Pace.defaults());
  }

  /**
   * Whole seconds.
   *
   * @param panic 1 s to {@code stable}; long enough for several messages
   * @param stable to 1 h; seats only go when it is at least three quarters full
   */
  public record Windows(Duration panic, Duration stable) {
    public Windows {
      Checks.between("stable", stable, SECOND, HOUR);
      Checks.between("panic", panic, SECOND, stable);
    }

    public static Windows defaults() {
      return new Windows(Duration.ofSeconds(6), Duration.ofSeconds(60));
    }

    int panicSeconds() {
      return (int) panic.toSeconds();
    }

    int stableSeconds() {
      return (int) stable.toSeconds();
    }
  }

  /**
   * @param target share of the seats' capacity that the load is to use, in (0, 1]; below 0.85, else
   *     the aggregators find no room to bring the last student back
   * @param dead share of the number of seats by which the need may differ, in [0, 1); distance from
   *     the target in use of the seats, divided by the target
   * @param panic multiple of the seats by which the panic window must exceed them to count as a
   *     panic without a burst, in (1, 100]
   */
  public record Band(double target, double dead, double panic) {
    public Band {
      Checks.within("target", target, 0, 1);
      Checks.share("dead", dead);
      Checks.within("panic", panic, 1, 100);
    }

    public static Band defaults() {
      return new Band(0.7, 0.1, 2);
    }
  }

  /**
   * @param stepUp most seats that one decision adds, at least 1
   * @param stepDown most seats that one decision removes, at least 1
   * @param dwellUp shortest time between two decisions that add seats, to 1 h
   * @param dwellDown shortest time from any change to one that removes seats, to 1 h
   * @param flaps changes of direction in {@code flapWindow}, 2 to 100
   * @param flapWindow 1 s to 1 day
   */
  public record Pace(
      int stepUp,
      int stepDown,
      Duration dwellUp,
      Duration dwellDown,
      int flaps,
      Duration flapWindow) {
    public Pace {
      Checks.atLeast("stepUp", stepUp, 1);
      Checks.atLeast("stepDown", stepDown, 1);
      Checks.between("dwellUp", dwellUp, Duration.ZERO, HOUR);
      Checks.between("dwellDown", dwellDown, Duration.ZERO, HOUR);
      Checks.between("flaps", flaps, 2, 100);
      Checks.between("flapWindow", flapWindow, SECOND, DAY);
    }

    public static Pace defaults() {
      return new Pace(
          8, 2, Duration.ofSeconds(1), Duration.ofSeconds(30), 2, Duration.ofMinutes(5));
    }
  }
}
