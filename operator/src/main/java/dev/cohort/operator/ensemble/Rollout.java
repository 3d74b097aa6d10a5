package dev.cohort.operator.ensemble;

import dev.cohort.crds.Regime;
import dev.cohort.operator.desired.Blueprint.Generation;
import dev.cohort.operator.desired.Labels;
import dev.cohort.operator.desired.Revision;
import dev.cohort.operator.scaling.SeatDecision;
import dev.cohort.policy.rollout.RolloutPolicy;
import dev.cohort.policy.scaling.SeatSpread;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Two revisions of an ensemble, of which one takes the place of the other. Pure.
 *
 * @param old its side
 * @param next the other side
 * @param decision seats that the ensemble is to have
 * @param budget most seats of both sides together
 */
record Rollout(Side old, Side next, SeatDecision decision, int budget) {
  /**
   * One revision.
   *
   * @param revision package and images
   * @param seen what belongs to it
   */
  record Side(Revision revision, Observation seen) {
    static Side of(Revision revision, Observation seen) {
      return new Side(revision, seen.of(revision.id()));
    }

    OptionalInt students() {
      return Students.told(seen);
    }

    int readyAggregators() {
      return seen.deployments(Labels.AGGREGATOR).stream().mapToInt(SeatCounts::ready).sum();
    }

    /** Those that end included. */
    int aggregatorsLeft() {
      int counted =
          seen.deployments(Labels.AGGREGATOR).stream()
              .mapToInt(
                  one ->
                      Optional.ofNullable(one.getStatus())
                          .map(DeploymentStatus::getReplicas)
                          .orElse(0))
              .sum();
      return Math.max(counted, seen.pods(Labels.AGGREGATOR).size());
    }

    List<Integer> desired() {
      return SeatCounts.of(seen.deployments(Labels.SEAT)).desired();
    }

    List<Integer> ready() {
      return SeatCounts.of(seen.deployments(Labels.SEAT)).ready();
    }
  }

  /**
   * What is to run.
   *
   * @param serving whom clients are to reach
   * @param generations both sides, or the one that is left
   */
  record Turn(Revision serving, List<Generation> generations) {}

  /**
   * The next turn.
   *
   * @param switched clients already reach the new side
   */
  Turn turn(boolean switched) {
    RolloutPolicy.Step step = RolloutPolicy.next(situation(switched));
    Generation fresh = new Generation(next.revision(), seats(step.next()), step.newAggregators());
    return switch (step.phase()) {
      case SURGE -> new Turn(old.revision(), List.of(old(step), fresh));
      case SWITCH -> new Turn(next.revision(), List.of(old(step), fresh));
      case FINISH -> new Turn(next.revision(), List.of(fresh));
    };
  }

  private RolloutPolicy.Situation situation(boolean switched) {
    return new RolloutPolicy.Situation(
        wanted(),
        pooled(next.desired()),
        pooled(next.ready()),
        next.seen().spec().aggregator().replicas(),
        next.readyAggregators(),
        old.aggregatorsLeft(),
        switched,
        budget);
  }

  /** Any seat can run any student, or each student has a pool; of those that are known. */
  private List<Integer> wanted() {
    return isShared()
        ? List.of(decision.total())
        : IntStream.range(0, next.students().orElse(1))
            .map(student -> at(decision.seats(), student, 1))
            .boxed()
            .toList();
  }

  private List<Integer> pooled(List<Integer> counts) {
    return isShared()
        ? List.of(counts.stream().mapToInt(Integer::intValue).sum())
        : IntStream.range(0, next.students().orElse(1))
            .map(student -> at(counts, student, 0))
            .boxed()
            .toList();
  }

  private List<Integer> seats(List<Integer> pools) {
    return isShared() ? SeatSpread.even(pools.getFirst(), next.students().orElse(1)) : pools;
  }

  /** Pools that only the old side has stay until it goes. */
  private Generation old(RolloutPolicy.Step step) {
    int students = Math.max(1, old.desired().size());
    List<Integer> seats =
        isShared()
            ? SeatSpread.even(step.old().getFirst(), students)
            : Stream.concat(
                    step.old().stream().limit(students),
                    old.desired().stream().skip(step.old().size()))
                .toList();
    return new Generation(old.revision(), seats, step.oldAggregators());
  }

  private boolean isShared() {
    return next.seen().spec().regime() == Regime.SHARED;
  }

  private static int at(List<Integer> counts, int student, int otherwise) {
    return student < counts.size() ? counts.get(student) : otherwise;
  }
}
