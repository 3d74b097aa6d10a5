package dev.cohort.operator.scaling;

import dev.cohort.policy.scaling.ScalingReason;
import java.util.List;

/**
 * What was decided about the seats of an ensemble.
 *
 * @param seats of each student, in order; 0 is parked, or has none in a spread of few
 * @param advised seats of all students together that the load asks for
 * @param reason why; of condition, event, metric and log alike
 * @param parked students without seats, from the end
 */
public record SeatDecision(List<Integer> seats, int advised, ScalingReason reason, int parked) {
  /** Copies the seats. */
  public SeatDecision {
    seats = List.copyOf(seats);
  }

  /** Seats of all students together. */
  public int total() {
    return seats.stream().mapToInt(Integer::intValue).sum();
  }
}
