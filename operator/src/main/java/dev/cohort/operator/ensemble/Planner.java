package dev.cohort.operator.ensemble;

import dev.cohort.crds.StudentEnsembleSpec;
import dev.cohort.operator.burst.Figures;
import dev.cohort.operator.desired.Blueprint;
import dev.cohort.operator.desired.Blueprint.Generation;
import dev.cohort.operator.desired.Labels;
import dev.cohort.operator.desired.Owner;
import dev.cohort.operator.desired.Platform;
import dev.cohort.operator.scaling.SeatDecision;
import dev.cohort.operator.scaling.SeatScaler;
import java.util.List;
import java.util.OptionalInt;

/**
 * Decides what an ensemble is to be made of. Keeps what the scaling rules remember of this one
 * ensemble; used by one thread at a time.
 */
final class Planner {
  private final Platform platform;
  private final SeatScaler scaler = new SeatScaler();

  Planner(Platform platform) {
    this.platform = platform;
  }

  Plan plan(Observation seen) {
    StudentEnsembleSpec spec = seen.spec();
    OptionalInt students = Students.of(seen);
    SeatDecision seats =
        students.isEmpty() ? SeatScaler.first() : decide(seen, students.getAsInt());
    return new Plan(
        new Blueprint(
            Owner.of(seen.ensemble()),
            spec,
            List.of(
                new Generation(
                    Blueprint.revision(spec, platform),
                    seats.seats(),
                    spec.aggregator().replicas())),
            platform),
        seats,
        students);
  }

  private SeatDecision decide(Observation seen, int students) {
    StudentEnsembleSpec spec = seen.spec();
    return scaler.decide(
        spec,
        students,
        Figures.combined(seen.receptions(), spec.regime(), spec.engine().lanes(), seen.nanos()),
        SeatCounts.of(seen.deployments(Labels.SEAT)),
        seen.nanos());
  }
}
