package dev.cohort.crds;

/**
 * Reasons of conditions. Condition, Event, metric label and log use the same word. Reasons of
 * {@link ConditionType#SCALING_LIMITED} are those of the scaling policy and do not stand here.
 */
public enum ConditionReason {
  /** Everything is as the spec says. */
  SERVING("Serving"),
  /** Seats or aggregators are starting. */
  STARTING("Starting"),
  /** Fewer students are ready than the smallest prefix has. */
  BELOW_MINIMUM("BelowMinimum"),
  /** The smallest prefix is ready. */
  MINIMUM_READY("MinimumReady"),
  /** No aggregator is ready. */
  NO_AGGREGATOR("NoAggregator"),
  /** The resource is paused. */
  PAUSED("Paused"),
  /** The spec is in effect. */
  UP_TO_DATE("UpToDate"),
  /** A change is coming into effect. */
  ROLLING_OUT("RollingOut"),
  /** A change did not come into effect in time and was taken back. */
  ROLLED_BACK("RolledBack"),
  /** The package was refused; the message names file and reason. */
  PACKAGE_REFUSED("PackageRefused"),
  /** An object that the spec names is missing; the message names it. */
  REFERENCE_MISSING("ReferenceMissing"),
  /** All students are in use. */
  FULL_PREFIX("FullPrefix"),
  /** Students were dropped in a burst. */
  BURST("Burst"),
  /** The bounds of the spec are below the package. */
  PREFIX_BOUND("PrefixBound"),
  /** Students were parked. */
  PARKED("Parked"),
  /** Everything is there that should be. */
  COMPLETE("Complete"),
  /** Seats were lost. */
  SEATS_MISSING("SeatsMissing"),
  /** Containers of seats end again and again. */
  CRASH_LOOP("CrashLoop"),
  /** Signals are fresh. */
  FRESH("Fresh"),
  /** Signals came, but are too old. */
  STALE("Stale"),
  /** No signals come. */
  MISSING("Missing"),
  /** All pods have a node. */
  SCHEDULED("Scheduled"),
  /** Some pod has no node. */
  UNSCHEDULABLE("Unschedulable"),
  /** The API server refused a write; the message has its words. */
  WRITE_REFUSED("WriteRefused");

  private final String value;

  ConditionReason(String value) {
    this.value = value;
  }

  /** The word in the resource. */
  public String value() {
    return value;
  }
}
