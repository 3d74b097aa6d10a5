package dev.cohort.policy.scaling;

/** Who decides about the number of seats. */
public enum ScalingMode {
  /** The load, by {@link ReplicaPolicy}. */
  AUTO,
  /** The declared number; what the load asks for is shown beside it. */
  ADVISORY,
  /** Somebody else, through the scale subresource: no number is written. */
  EXTERNAL,
  /** The declared number. */
  OFF
}
