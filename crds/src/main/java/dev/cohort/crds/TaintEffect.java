package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a taint does to pods that do not tolerate it. */
public enum TaintEffect {
  /** None is scheduled. */
  @JsonProperty("NoSchedule")
  NO_SCHEDULE,
  /** None is scheduled if there is another node. */
  @JsonProperty("PreferNoSchedule")
  PREFER_NO_SCHEDULE,
  /** Running ones are evicted too. */
  @JsonProperty("NoExecute")
  NO_EXECUTE
}
