package dev.cohort.operator.ensemble;

import dev.cohort.operator.desired.Blueprint;
import dev.cohort.operator.desired.Blueprint.Refusal;
import dev.cohort.operator.desired.Revision;
import dev.cohort.operator.scaling.SeatDecision;
import dev.cohort.policy.scaling.ScalingReason;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What was decided about an ensemble.
 *
 * @param blueprint what its objects are made of
 * @param seats how many, and why
 * @param students of the package that serves; empty while it is not known
 * @param change of revision that is under way, or was given up
 */
public record Plan(Blueprint blueprint, SeatDecision seats, OptionalInt students, Change change) {
  /**
   * Students that may be asked: those that are not parked, and no more than the spec says. Empty
   * while nothing may be changed, and while two packages are about.
   */
  public OptionalInt mostStudents() {
    if (students.isEmpty() || blueprint.spec().paused() || change.rolling().isPresent()) {
      return OptionalInt.empty();
    }
    int allowed =
        Optional.ofNullable(blueprint.spec().pruning().maxStudents()).orElse(Integer.MAX_VALUE);
    return OptionalInt.of(Math.max(1, Math.min(allowed, students.getAsInt() - seats.parked())));
  }

  /** The same plan, whose seats are told to have another reason. */
  Plan because(ScalingReason reason) {
    return new Plan(blueprint, seats.because(reason), students, change);
  }

  /**
   * A change of revision.
   *
   * @param rolling what is on its way in; empty when nothing is
   * @param refused what was given up
   */
  public record Change(Optional<Revision> rolling, Optional<Refusal> refused) {
    static Change none() {
      return new Change(Optional.empty(), Optional.empty());
    }

    static Change rolling(Revision revision) {
      return new Change(Optional.of(revision), Optional.empty());
    }

    static Change rolledBack(Refusal refusal) {
      return new Change(Optional.empty(), Optional.of(refusal));
    }
  }
}
