package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What happens to a pod that cannot be spread. */
public enum WhenUnsatisfiable {
  /** It waits. */
  @JsonProperty("DoNotSchedule")
  DO_NOT_SCHEDULE,
  /** It runs where the imbalance is least. */
  @JsonProperty("ScheduleAnyway")
  SCHEDULE_ANYWAY
}
