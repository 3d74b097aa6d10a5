package dev.cohort.operator.ensemble;

import dev.cohort.crds.PrefixStatus;
import dev.cohort.crds.StudentEnsembleStatus;
import dev.cohort.protocol.burst.v1.ModelSignals;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How many students a package has. The operator never reads a package: the aggregators, which need
 * no seat to know, tell it with their signals, and status remembers it of the one that serves.
 */
final class Students {
  private Students() {}

  /**
   * What the aggregators of one revision say.
   *
   * @param side what belongs to the revision
   */
  static OptionalInt told(Observation side) {
    return side.receptions().stream()
        .flatMap(reception -> reception.model().stream())
        .mapToInt(ModelSignals::getStudentsTotal)
        .max();
  }

  /** The same of the revision that serves, or what status remembers of it. */
  static OptionalInt serving(Observation side) {
    OptionalInt told = told(side);
    return told.isPresent() ? told : remembered(side);
  }

  private static OptionalInt remembered(Observation side) {
    return Optional.ofNullable(side.ensemble().getStatus())
        .map(StudentEnsembleStatus::prefix)
        .map(PrefixStatus::total)
        .filter(total -> total > 0)
        .map(OptionalInt::of)
        .orElseGet(OptionalInt::empty);
  }
}
