package dev.cohort.policy.scaling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Seats of each student when every student has seats of its own, and which students have none.
 *
 * <p>The first student gets the n seats that {@link ReplicaPolicy} decided on, so do the others as
 * long as the GPU budget B lasts:
 *
 * <pre>
 * reserve one seat for each of the A active students (the first A), then
 * seats(k) = min(n, 1 + what is left of B),   k = 0..A-1
 * A fits   = students that would have seats if one were reserved for the fewest students only
 * </pre>
 *
 * <ul>
 *   <li>park: when fewer students fit than are active for the park window, down to those that fit;
 *   <li>unpark, one student at a time: when more fit for the unpark window.
 * </ul>
 *
 * The first student is never parked and the budget never exceeded. While the number n is not
 * measured, students are neither parked nor unparked. Stateless, thread-safe; the state is a value
 * that the caller keeps.
 */
public final class ParkingPolicy {

  /**
   * @param students M, at least 1
   * @param fewest students that are never parked, 1 to M; M where nobody is to be parked
   * @param budget seats that the GPU budget has room for, all students together, at least 1
   */
  public record Pools(int students, int fewest, int budget) {
    public Pools {
      Checks.atLeast("students", students, 1);
      Checks.between("fewest", fewest, 1, students);
      Checks.atLeast("budget", budget, 1);
    }

    /** Most seats that the first student can get: {@link SeatBounds#gpu()} for its number. */
    public int mostOfFirst() {
      return Math.max(1, budget - (fewest - 1));
    }
  }

  /**
   * @param active students that have seats
   * @param wrongSince since when another number would fit, or {@link #FITS}
   * @param direction 1 when more would fit since then, -1 when fewer, 0 otherwise
   */
  public record State(int active, long wrongSince, int direction) {
    /** All students have seats. */
    public static State of(int students) {
      return fitting(students);
    }

    private static State fitting(int active) {
      return new State(active, FITS, 0);
    }
  }

  /**
   * @param seats of each student, in order; 0 is parked
   * @param reason of the parking, else that of the number of seats
   * @param next state for the next decision
   */
  public record Decision(List<Integer> seats, ScalingReason reason, State next) {
    public Decision {
      seats = List.copyOf(seats);
    }
  }

  /** {@link State#wrongSince()} while the active students are those that fit. */
  public static final long FITS = Long.MIN_VALUE;

  private final long parkNanos;
  private final long unparkNanos;

  /**
   * @param parkAfter how long GPUs must be short before students are parked, to 1 day
   * @param unparkAfter how long there must be room before a student comes back, to 1 day
   */
  public ParkingPolicy(Duration parkAfter, Duration unparkAfter) {
    Checks.between("parkAfter", parkAfter, Duration.ZERO, Duration.ofDays(1));
    Checks.between("unparkAfter", unparkAfter, Duration.ZERO, Duration.ofDays(1));
    this.parkNanos = parkAfter.toNanos();
    this.unparkNanos = unparkAfter.toNanos();
  }

  /** Parks within a panic window's time, unparks after a stable window. */
  public static ParkingPolicy withDefaults() {
    return new ParkingPolicy(Duration.ofSeconds(6), Duration.ofSeconds(60));
  }

  /**
   * @param first what was decided about the seats of the first student
   * @param now nanoseconds of the caller's monotonic clock, never {@link #FITS}
   */
  public Decision decide(State state, Pools pools, ReplicaPolicy.Decision first, long now) {
    int active = Math.clamp(state.active(), pools.fewest(), pools.students());
    int seats = Math.max(1, first.seats());
    State current = active == state.active() ? state : State.fitting(active);
    State next = first.reason().isMeasured() ? next(current, pools, seats, now) : current;
    return new Decision(fill(pools, next.active(), seats), reason(active, next, first), next);
  }

  private State next(State state, Pools pools, int seats, long now) {
    int fitting = fitting(pools, seats);
    int direction = Integer.signum(fitting - state.active());
    if (direction == 0) {
      return State.fitting(state.active());
    }
    long since = direction == state.direction() ? state.wrongSince() : now;
    if (now - since < (direction < 0 ? parkNanos : unparkNanos)) {
      return new State(state.active(), since, direction);
    }
    return State.fitting(direction < 0 ? fitting : state.active() + 1);
  }

  private static ScalingReason reason(int active, State next, ReplicaPolicy.Decision first) {
    return switch (Integer.signum(next.active() - active)) {
      case -1 -> ScalingReason.PARKED_LAST;
      case 1 -> ScalingReason.UNPARKED;
      default -> first.reason();
    };
  }

  private static int fitting(Pools pools, int seats) {
    long having =
        fill(pools, pools.fewest(), seats, pools.students()).stream()
            .filter(count -> count > 0)
            .count();
    return Math.max(pools.fewest(), (int) having);
  }

  private static List<Integer> fill(Pools pools, int active, int seats) {
    return fill(pools, active, seats, active);
  }

  /** Reserves one seat for each of the first {@code reserved}, fills the first {@code filled}. */
  private static List<Integer> fill(Pools pools, int reserved, int seats, int filled) {
    int left = pools.budget();
    List<Integer> counts = new ArrayList<>(pools.students());
    for (int student = 0; student < pools.students(); student++) {
      int others = Math.max(0, reserved - student - 1);
      int free = student < reserved ? Math.max(Math.min(1, left), left - others) : left;
      int count = student < filled ? Math.min(seats, free) : 0;
      counts.add(count);
      left -= count;
    }
    return counts;
  }
}
