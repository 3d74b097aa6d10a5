package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Whether a condition holds. */
public enum ConditionStatus {
  /** It holds. */
  @JsonProperty("True")
  TRUE,
  /** It does not hold. */
  @JsonProperty("False")
  FALSE,
  /** Nobody can tell. */
  @JsonProperty("Unknown")
  UNKNOWN;

  /** True or false as a status. */
  public static ConditionStatus of(boolean holds) {
    return holds ? TRUE : FALSE;
  }
}
