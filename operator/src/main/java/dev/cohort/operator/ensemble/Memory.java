package dev.cohort.operator.ensemble;

import dev.cohort.crds.TransitionStatus;
import dev.cohort.operator.apply.Intent;
import dev.cohort.operator.apply.Realizer;
import dev.cohort.operator.desired.Blueprint;
import dev.cohort.operator.desired.DesiredState;
import dev.cohort.operator.desired.Platform;
import dev.cohort.operator.scaling.SeatDecision;
import java.util.List;
import java.util.Optional;

/**
 * What the operator remembers of one ensemble between two reconciliations. Lost when another
 * operator takes over; everything in it can be done without. Used by one thread at a time.
 */
final class Memory {
  private final Planner planner;
  private final Realizer realizer = new Realizer();
  private Optional<Long> written = Optional.empty();
  private Optional<TransitionStatus> transition = Optional.empty();
  private Optional<SeatDecision> untold = Optional.empty();
  private Optional<Blueprint> built = Optional.empty();
  private List<Intent> intents = List.of();

  Memory(Platform platform) {
    this.planner = new Planner(platform);
  }

  Planner planner() {
    return planner;
  }

  Realizer realizer() {
    return realizer;
  }

  /** The objects of a blueprint; made anew only when it is another than the last. */
  List<Intent> intents(Blueprint blueprint) {
    if (!built.equals(Optional.of(blueprint))) {
      intents = DesiredState.of(blueprint).stream().map(Intent::of).toList();
      built = Optional.of(blueprint);
    }
    return intents;
  }

  /** When status was written last; empty when this operator never did. */
  Optional<Long> writtenNanos() {
    return written;
  }

  void wrote(long nanos) {
    written = Optional.of(nanos);
    untold = Optional.empty();
  }

  /** The last change of prefix, seats or package that this operator saw. */
  Optional<TransitionStatus> transition() {
    return transition;
  }

  /** Keeps a transition; whether it is another than before. */
  boolean changed(TransitionStatus next) {
    boolean isNew = next != null && !transition.equals(Optional.of(next));
    transition = Optional.ofNullable(next);
    return isNew;
  }

  /** Keeps a decision that status has yet to tell. */
  void untold(SeatDecision decision) {
    untold = Optional.of(decision);
  }

  /** The plan as status is to tell it: why there are these seats, not what holds them since. */
  Plan told(Plan plan) {
    return untold
        .filter(decision -> decision.seats().equals(plan.seats().seats()))
        .map(decision -> plan.because(decision.reason()))
        .orElse(plan);
  }
}
