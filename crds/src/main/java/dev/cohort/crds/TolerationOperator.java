package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a toleration matches a taint. */
public enum TolerationOperator {
  /** Key and value are equal. */
  @JsonProperty("Equal")
  EQUAL,
  /** The key is equal, or any when left out. */
  @JsonProperty("Exists")
  EXISTS
}
