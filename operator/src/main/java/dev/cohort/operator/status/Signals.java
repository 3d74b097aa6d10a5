package dev.cohort.operator.status;

import dev.cohort.crds.PrefixStatus;
import dev.cohort.operator.burst.Reception;
import dev.cohort.operator.ensemble.Observation;
import dev.cohort.policy.scaling.Reading;
import dev.cohort.protocol.burst.v1.ModelSignals;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What the aggregators say, as questions about it. Pure.
 *
 * @param seen the ensemble
 */
record Signals(Observation seen) {
  /** How old the oldest of the last messages is, at worst. */
  enum Age {
    FRESH,
    STALE,
    MISSING
  }

  Age age() {
    long oldest =
        seen.receptions().stream()
            .mapToLong(reception -> seen.nanos() - reception.atNanos())
            .max()
            .orElse(Long.MAX_VALUE);
    if (oldest > Reading.ABSENT_AFTER.toNanos()) {
      return Age.MISSING;
    }
    return oldest > Reading.STALE_AFTER.toNanos() ? Age.STALE : Age.FRESH;
  }

  /** The prefix in use, of several aggregators the shortest. */
  Optional<ModelSignals> shortest() {
    return models().stream().min(Comparator.comparingInt(ModelSignals::getPrefix));
  }

  Optional<PrefixStatus> prefix() {
    return shortest()
        .map(
            model ->
                new PrefixStatus(
                    model.getPrefix(),
                    model.getPrefixMin(),
                    model.getPrefixMax(),
                    model.getPrefixFloor(),
                    model.getStudentsTotal(),
                    model.getPrefix() + "/" + model.getStudentsTotal()));
  }

  private List<ModelSignals> models() {
    return seen.receptions().stream().map(Reception::model).flatMap(Optional::stream).toList();
  }
}
