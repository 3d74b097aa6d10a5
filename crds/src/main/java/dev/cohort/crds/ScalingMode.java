package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Who decides the number of seats. */
public enum ScalingMode {
  /** The operator, from the burst signals. */
  @JsonProperty("Auto")
  AUTO,
  /** As Off; the operator says in status what it would do. */
  @JsonProperty("Advisory")
  ADVISORY,
  /** An HPA, KEDA or a person, through the scale subresource. */
  @JsonProperty("External")
  EXTERNAL,
  /** Nobody: replicas, within the bounds. */
  @JsonProperty("Off")
  OFF
}
