package dev.cohort.operator.scaling;

import dev.cohort.crds.StudentEnsembleSpec;
import dev.cohort.policy.scaling.BurstSignal;
import dev.cohort.policy.scaling.ParkingPolicy;
import dev.cohort.policy.scaling.ReplicaPolicy;
import dev.cohort.policy.scaling.ScalingReason;
import dev.cohort.policy.scaling.ScalingState;
import dev.cohort.policy.scaling.SeatSpread;
import dev.cohort.policy.scaling.Seats;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Decides about the seats of one ensemble and keeps what the rules remember of it. Used by one
 * thread at a time.
 */
public final class SeatScaler {
  /**
   * The seats that there are.
   *
   * @param desired of each student, as its Deployment says; empty before there are any
   * @param ready of each student
   */
  public record Present(List<Integer> desired, List<Integer> ready) {
    /** Copies both. */
    public Present {
      desired = List.copyOf(desired);
      ready = List.copyOf(ready);
    }
  }

  private Optional<ScalingState> scaling = Optional.empty();
  private Optional<ParkingPolicy.State> parking = Optional.empty();
  // Seats that were decided on last. What Deployments say counts only before: somebody else may
  // have changed them since.
  private Optional<Integer> decided = Optional.empty();

  /** Before the package is known there is one seat of the first student. */
  public static SeatDecision first() {
    return new SeatDecision(List.of(1), 1, OptionalInt.empty(), ScalingReason.BOUNDS_APPLIED, 0);
  }

  /** What there is, when nobody remembers what was decided. */
  public static SeatDecision held(Present present) {
    List<Integer> seats = present.desired().isEmpty() ? List.of(1) : present.desired();
    int total = seats.stream().mapToInt(Integer::intValue).sum();
    return new SeatDecision(seats, total, OptionalInt.empty(), ScalingReason.BOUNDS_APPLIED, 0);
  }

  /** Most seats of all students together, by the devices that they may take. */
  public static int budget(StudentEnsembleSpec spec) {
    return new SeatNumbers(spec, 1).budget();
  }

  /**
   * Decides anew.
   *
   * @param students of the package
   * @param now nanoseconds of a monotonic clock
   */
  public SeatDecision decide(
      StudentEnsembleSpec spec, int students, BurstSignal signal, Present present, long now) {
    SeatNumbers numbers = new SeatNumbers(spec, students);
    ReplicaPolicy policy = new ReplicaPolicy(numbers.settings());
    ReplicaPolicy.Decision decision =
        policy.decide(
            scaling.orElseGet(() -> policy.start(now)),
            new ReplicaPolicy.Situation(
                signal, seats(numbers, present), numbers.bounds(), numbers.mode(), spec.paused()),
            now);
    scaling = Optional.of(decision.next());
    decided = Optional.of(decision.seats());
    return numbers.isShared() ? spread(decision, students) : pooled(numbers, decision, now);
  }

  private static SeatDecision spread(ReplicaPolicy.Decision decision, int students) {
    return new SeatDecision(
        SeatSpread.even(decision.seats(), students),
        reported(decision),
        OptionalInt.of(decision.advised()),
        decision.reason(),
        0);
  }

  private SeatDecision pooled(SeatNumbers numbers, ReplicaPolicy.Decision first, long now) {
    ParkingPolicy.Pools pools = numbers.pools();
    ParkingPolicy.Decision decision =
        numbers
            .parking()
            .decide(
                parking.orElseGet(() -> ParkingPolicy.State.of(pools.students())),
                pools,
                first,
                now);
    parking = Optional.of(decision.next());
    int parked = (int) decision.seats().stream().filter(count -> count == 0).count();
    return new SeatDecision(
        decision.seats(),
        reported(first) * pools.students(),
        OptionalInt.of(first.advised()),
        decision.reason(),
        parked);
  }

  /** What nobody applies is told only where advice was asked for. */
  private static int reported(ReplicaPolicy.Decision decision) {
    return decision.writes() ? decision.advised() : decision.seats();
  }

  /** In all modes but one the number is what was declared; in the other, what there is. */
  private Seats seats(SeatNumbers numbers, Present present) {
    int desired = decided.orElseGet(() -> counted(numbers, present.desired()));
    int ready = counted(numbers, present.ready());
    return new Seats(ready, Math.max(0, desired - ready), declared(numbers, desired));
  }

  private static int declared(SeatNumbers numbers, int desired) {
    return switch (numbers.mode()) {
      case AUTO -> desired == 0 ? numbers.least() : desired;
      case ADVISORY, EXTERNAL, OFF -> numbers.declared();
    };
  }

  private static int counted(SeatNumbers numbers, List<Integer> seats) {
    return seats.stream()
        .limit(numbers.isShared() ? seats.size() : 1)
        .mapToInt(Integer::intValue)
        .sum();
  }
}
