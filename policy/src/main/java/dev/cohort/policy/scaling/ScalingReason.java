package dev.cohort.policy.scaling;

/**
 * Why a decision about seats is what it is. A decision that changes something names its cause, one
 * that changes nothing names what holds it. The same code stands in condition, event, metric label
 * and log.
 */
public enum ScalingReason {
  /** More seats at once: a burst, or the panic window is far above what the seats can do. */
  PANIC_SCALE_UP("PanicScaleUp"),
  /** More seats: the stable window is above the dead band. */
  STABLE_SCALE_UP("StableScaleUp"),
  /** Fewer seats: the stable window is below the dead band. */
  SCALE_DOWN("ScaleDown"),
  /** The number of seats was outside of what is allowed, whatever the load. */
  BOUNDS_APPLIED("BoundsApplied"),
  /** The seats fit the load. */
  WITHIN_BAND("WithinBand"),
  /** The load needs less, but there are no more than the minimum. */
  AT_MINIMUM("AtMinimum"),
  /** The load needs less, but there was a shortage within the stable window. */
  HELD_BY_PANIC("HeldByPanic"),
  /** The load needs less, but has not been watched for long enough. */
  HELD_BY_WINDOW("HeldByWindow"),
  /** The load needs another number, but the last change is too recent. */
  HELD_BY_DWELL("HeldByDwell"),
  /** The load needs less, but the direction changed too often of late. */
  HELD_BY_FLAP_BUDGET("HeldByFlapBudget"),
  /** The load needs more than the maximum. */
  LIMITED_BY_MAXIMUM("LimitedByMaximum"),
  /** The load needs more than the GPU budget has room for. */
  LIMITED_BY_GPU_BUDGET("LimitedByGpuBudget"),
  /** There were signals a moment ago: the last decision is held. */
  SIGNALS_STALE_HELD("SignalsStaleHeld"),
  /** There are no signals: at least the fallback seats. */
  SIGNALS_ABSENT_FALLBACK("SignalsAbsentFallback"),
  /** The last students gave their GPUs to the first. */
  PARKED_LAST("ParkedLast"),
  /** A parked student came back. */
  UNPARKED("Unparked"),
  /** The number is computed and shown, not applied. */
  ADVISORY("Advisory"),
  /** Somebody else writes the number. */
  EXTERNAL("External"),
  /** Scaling is off: the declared number counts. */
  OFF("ScalingOff"),
  /** Nothing is written. */
  PAUSED("Paused");

  private final String code;

  ScalingReason(String code) {
    this.code = code;
  }

  /**
   * The code as condition, event, metric and log have it: letters only, beginning with a capital.
   */
  public String code() {
    return code;
  }

  /** The load needs another number than the rules allow now. */
  public boolean isLimited() {
    return switch (this) {
      case LIMITED_BY_MAXIMUM, LIMITED_BY_GPU_BUDGET, HELD_BY_FLAP_BUDGET -> true;
      case PANIC_SCALE_UP,
          STABLE_SCALE_UP,
          SCALE_DOWN,
          BOUNDS_APPLIED,
          WITHIN_BAND,
          AT_MINIMUM,
          HELD_BY_PANIC,
          HELD_BY_WINDOW,
          HELD_BY_DWELL,
          SIGNALS_STALE_HELD,
          SIGNALS_ABSENT_FALLBACK,
          PARKED_LAST,
          UNPARKED,
          ADVISORY,
          EXTERNAL,
          OFF,
          PAUSED ->
          false;
    };
  }

  /** Made from fresh signals, and to be applied. */
  public boolean isMeasured() {
    return switch (this) {
      case PANIC_SCALE_UP,
          STABLE_SCALE_UP,
          SCALE_DOWN,
          WITHIN_BAND,
          AT_MINIMUM,
          HELD_BY_PANIC,
          HELD_BY_WINDOW,
          HELD_BY_DWELL,
          HELD_BY_FLAP_BUDGET,
          LIMITED_BY_MAXIMUM,
          LIMITED_BY_GPU_BUDGET,
          PARKED_LAST,
          UNPARKED ->
          true;
      case BOUNDS_APPLIED,
          SIGNALS_STALE_HELD,
          SIGNALS_ABSENT_FALLBACK,
          ADVISORY,
          EXTERNAL,
          OFF,
          PAUSED ->
          false;
    };
  }
}
