package dev.cohort.operator.scaling;

import dev.cohort.policy.scaling.ScalingReason;
import java.util.List;
import java.util.OptionalInt;

/**
 * What was decided about the seats of an ensemble.
 *
 * @param seats of each student, in order; 0 is parked, or has none in a spread of few
 * @param advised seats of all students together that status tells
 * @param replicas what the rules say of the load, whoever applies it, as the scale subresource
 *     counts: seats of the first student where each has its own; empty when they were not asked
 * @param reason why; of condition, event, metric and log alike
 * @param parked students without seats, from the end
 */
public record SeatDecision(
    List<Integer> seats, int advised, OptionalInt replicas, ScalingReason reason, int parked) {
  /** Copies the seats. */
  public SeatDecision {
    seats = List.copyOf(seats);
  }

  /** The same seats, for another reason. */
  public SeatDecision because(ScalingReason other) {
    return new SeatDecision(seats, advised, replicas, other, parked);
  }

  /** Seats of all students together. */
  public int total() {
    return seats.stream().mapToInt(Integer::intValue).sum();
  }
}
