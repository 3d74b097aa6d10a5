package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** When a batch leaves. */
public enum Batching {
  /** Whenever an engine thread is free. */
  @JsonProperty("Hungry")
  HUNGRY,
  /** It waits for more rows. */
  @JsonProperty("Lazy")
  LAZY
}
