package dev.cohort.crds;

import java.util.Arrays;
import java.util.Optional;

/** The conditions of an ensemble, by what it means that they are true. */
public enum ConditionType {
  /** Requests are answered, by as many students as policy allows, and the spec is in effect. */
  READY("Ready"),
  /** At least the smallest prefix answers. */
  AVAILABLE("Available"),
  /** A change of spec or package is coming into effect. */
  PROGRESSING("Progressing"),
  /** The prefix in use is smaller than the package, since policy chose so. */
  PRUNED("Pruned"),
  /** Fewer students answer than policy chose, or fewer seats are ready than there should be. */
  DEGRADED("Degraded"),
  /** Burst signals of the aggregators arrive and are fresh. */
  METRICS_AVAILABLE("MetricsAvailable"),
  /** The scheduler finds no node for some pod; the message has the scheduler's own words. */
  UNSCHEDULABLE("Unschedulable"),
  /** A bound, a budget or a quota keeps scaling from what it would do. */
  SCALING_LIMITED("ScalingLimited");

  private final String value;

  ConditionType(String value) {
    this.value = value;
  }

  /** The name in the resource. */
  public String value() {
    return value;
  }

  /** The type of this name; empty for names of other versions. */
  public static Optional<ConditionType> of(String value) {
    return Arrays.stream(values()).filter(type -> type.value.equals(value)).findFirst();
  }
}
