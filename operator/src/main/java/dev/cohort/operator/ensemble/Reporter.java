package dev.cohort.operator.ensemble;

import dev.cohort.crds.ConditionStatus;
import dev.cohort.crds.ConditionType;
import dev.cohort.crds.Conditions;
import dev.cohort.crds.PrefixStatus;
import dev.cohort.crds.StudentEnsemble;
import dev.cohort.crds.StudentEnsembleStatus;
import dev.cohort.crds.TransitionStatus;
import dev.cohort.operator.apply.Realizer;
import dev.cohort.operator.burst.Reception;
import dev.cohort.operator.desired.Labels;
import dev.cohort.operator.events.EventRecorder;
import dev.cohort.operator.events.Happening;
import dev.cohort.operator.events.Happenings;
import dev.cohort.operator.metrics.OperatorMetrics;
import dev.cohort.operator.status.StatusReport;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells what was seen and decided, with one reason everywhere: status, only when it is another than
 * the stored one and at most once a second; events, metrics and log for what happened. Thread-safe
 * for different ensembles.
 */
final class Reporter {
  private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);
  private static final long SPACING_NANOS = Duration.ofSeconds(1).toNanos();

  /**
   * What there is to tell.
   *
   * @param plan what was decided
   * @param outcome what was written
   * @param status what the resource is to say
   */
  record Said(Plan plan, Realizer.Outcome outcome, StudentEnsembleStatus status) {}

  private final EventRecorder events;
  private final OperatorMetrics metrics;

  Reporter(EventRecorder events, OperatorMetrics metrics) {
    this.events = events;
    this.metrics = metrics;
  }

  /** Whether all that there is to say has been said; else to be called again soon. */
  boolean report(Context<StudentEnsemble> context, Observation seen, Said said, Memory memory) {
    ResourceID id = ResourceID.fromResource(seen.ensemble());
    metrics.levels(id, levels(seen, said));
    TransitionStatus transition = said.status().lastTransition();
    boolean isNew = memory.changed(transition) && !transition.equals(stored(seen));
    if (isNew) {
      happened(seen, Happenings.of(transition));
      decided(id, seen, said, memory);
    }
    boolean changed = !said.status().equals(seen.ensemble().getStatus());
    boolean early =
        memory.writtenNanos().map(last -> seen.nanos() - last < SPACING_NANOS).orElse(false);
    boolean writes = changed && !early;
    if (writes) {
      context.resourceOperations().serverSideApplyPrimaryStatus(onlyStatus(seen, said.status()));
      memory.wrote(seen.nanos());
      Happenings.between(seen.ensemble().getStatus(), said.status())
          .forEach(happening -> happened(seen, happening));
    }
    metrics.wrote(said.outcome().writes(), writes);
    return !changed || writes;
  }

  /** A decision that changes the seats is counted, and waits for the status that tells it. */
  private void decided(ResourceID id, Observation seen, Said said, Memory memory) {
    TransitionStatus transition = said.status().lastTransition();
    if (!transition.kind().equals(StatusReport.SEATS)) {
      return;
    }
    memory.untold(said.plan().seats());
    metrics.decided(id, transition.reason());
    if (said.outcome().writes() > 0) {
      seen.receptions().stream()
          .mapToLong(Reception::atNanos)
          .max()
          .ifPresent(at -> metrics.reacted(Duration.ofNanos(seen.nanos() - at)));
    }
  }

  private void happened(Observation seen, Happening happening) {
    LOG.info(
        "ensemble={} namespace={} generation={} reason={} {}",
        seen.ensemble().getMetadata().getName(),
        seen.ensemble().getMetadata().getNamespace(),
        seen.ensemble().getMetadata().getGeneration(),
        happening.reason(),
        happening.message());
    events.record(seen.ensemble(), happening, seen.at());
  }

  private static TransitionStatus stored(Observation seen) {
    return Optional.ofNullable(seen.ensemble().getStatus())
        .map(StudentEnsembleStatus::lastTransition)
        .orElse(null);
  }

  private static OperatorMetrics.Levels levels(Observation seen, Said said) {
    return new OperatorMetrics.Levels(
        said.plan().seats().total(),
        SeatCounts.of(seen.deployments(Labels.SEAT)).ready().stream()
            .mapToInt(Integer::intValue)
            .sum(),
        Optional.ofNullable(said.status().prefix())
            .map(PrefixStatus::current)
            .map(Integer::doubleValue)
            .orElse(Double.NaN),
        holds(said.status(), ConditionType.READY),
        holds(said.status(), ConditionType.METRICS_AVAILABLE));
  }

  private static boolean holds(StudentEnsembleStatus status, ConditionType type) {
    return Conditions.find(status.conditions(), type)
        .map(condition -> condition.status() == ConditionStatus.TRUE)
        .orElse(false);
  }

  private static StudentEnsemble onlyStatus(Observation seen, StudentEnsembleStatus status) {
    StudentEnsemble report = new StudentEnsemble();
    report.setMetadata(
        new ObjectMetaBuilder()
            .withName(seen.ensemble().getMetadata().getName())
            .withNamespace(seen.ensemble().getMetadata().getNamespace())
            .build());
    report.setStatus(status);
    return report;
  }
}
