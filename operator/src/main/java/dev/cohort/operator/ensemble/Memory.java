package dev.cohort.operator.ensemble;

import dev.cohort.crds.StudentEnsembleStatus;
import dev.cohort.operator.apply.Intent;
import dev.cohort.operator.apply.Realizer;
import dev.cohort.operator.desired.Blueprint;
import dev.cohort.operator.desired.DesiredState;
import dev.cohort.operator.desired.Platform;
import java.util.List;
import java.util.Optional;

/**
 * What the operator remembers of one ensemble between two reconciliations. Lost when another
 * operator takes over; everything in it can be done without. Used by one thread at a time.
 */
final class Memory {
  private final Planner planner;
  private final Realizer realizer = new Realizer();
  private Optional<StudentEnsembleStatus> written = Optional.empty();
  private long writtenNanos;
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
    return written.map(status -> writtenNanos);
  }

  /** The status that was written last. */
  Optional<StudentEnsembleStatus> written() {
    return written;
  }

  void wrote(StudentEnsembleStatus status, long nanos) {
    written = Optional.of(status);
    writtenNanos = nanos;
  }
}
