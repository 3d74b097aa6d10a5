package dev.cohort.operator.ensemble;

import dev.cohort.crds.PrefixStatus;
import dev.cohort.crds.StudentEnsembleStatus;
import dev.cohort.protocol.burst.v1.ModelSignals;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How many students a package has. The operator never reads a package: the aggregators, which need
 * no seat to know, tell it with their signals, and status remembers it.
 */
final class Students {
  private Students() {}

  static OptionalInt of(Observation seen) {
    OptionalInt told =
        seen.receptions().stream()
            .flatMap(reception -> reception.model().stream())
            .mapToInt(ModelSignals::getStudentsTotal)
            .max();
    return told.isPresent() ? told : remembered(seen);
  }

  private static OptionalInt remembered(Observation seen) {
    return Optional.ofNullable(seen.ensemble().getStatus())
        .map(StudentEnsembleStatus::prefix)
        .map(PrefixStatus::total)
        .filter(total -> total > 0)
        .map(OptionalInt::of)
        .orElseGet(OptionalInt::empty);
  }
}
