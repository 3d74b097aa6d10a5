package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** When an image is pulled. */
public enum PullPolicy {
  /** Before every start. */
  @JsonProperty("Always")
  ALWAYS,
  /** Where the node has none. */
  @JsonProperty("IfNotPresent")
  IF_NOT_PRESENT,
  /** Not at all. */
  @JsonProperty("Never")
  NEVER
}
