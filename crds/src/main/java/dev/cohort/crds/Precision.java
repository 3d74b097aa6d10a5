package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The arithmetic of the students. */
public enum Precision {
  /** 32-bit floating point. */
  @JsonProperty("FP32")
  FP32,
  /** 8-bit integers; the package needs int8 graphs. */
  @JsonProperty("INT8")
  INT8,
  /** INT8 where the processor has the instructions and the loss stays within the floor. */
  @JsonProperty("Auto")
  AUTO
}
