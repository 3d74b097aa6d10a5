package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What the seats of a student do. */
public enum StudentState {
  /** None is ready yet. */
  @JsonProperty("Starting")
  STARTING,
  /** At least one is ready. */
  @JsonProperty("Serving")
  SERVING,
  /** They were taken away, to free devices for earlier students. */
  @JsonProperty("Parked")
  PARKED,
  /** They finish what they have. */
  @JsonProperty("Draining")
  DRAINING,
  /** None is ready, and they do not start. */
  @JsonProperty("Failed")
  FAILED
}
