package dev.cohort.crds;

import java.util.Arrays;
import java.util.Optional;

/** The conditions of an ensemble, by what it means that they are true. */
public enum ConditionType {
  READY(
      "Ready",
      "Requests are answered, by as many students as policy allows, and the spec is in effect."),
  AVAILABLE("Available", "At least the smallest prefix answers."),
  PROGRESSING("Progressing", "A change of spec or package is coming into effect."),
  PRUNED("Pruned", "The prefix in use is smaller than the package, since policy chose so."),
  DEGRADED(
      "Degraded",
      "Fewer students answer than policy chose, or fewer seats are ready than there should be."),
  METRICS_AVAILABLE("MetricsAvailable", "Burst signals of the aggregators arrive and are fresh."),
  UNSCHEDULABLE(
      "Unschedulable",
      "The scheduler finds no node for some pod; the message has the scheduler's own words."),
  SCALING_LIMITED(
      "ScalingLimited", "A bound, a budget or a quota keeps scaling from what it would do.");

  private final String value;
  private final String meaning;

  ConditionType(String value, String meaning) {
    this.value = value;
    this.meaning = meaning;
  }

  /** The name in the resource. */
  public String value() {
    return value;
  }

  /** A sentence that holds while the condition is true. */
  public String meaning() {
    return meaning;
  }

  /** The type of this name; empty for names of other versions. */
  public static Optional<ConditionType> of(String value) {
    return Arrays.stream(values()).filter(type -> type.value.equals(value)).findFirst();
  }
}
