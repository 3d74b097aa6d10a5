package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a seat holds. */
public enum Regime {
  /** All students, as far as its memory allows. */
  @JsonProperty("Shared")
  SHARED,
  /** Its home student only. */
  @JsonProperty("Dedicated")
  DEDICATED
}
