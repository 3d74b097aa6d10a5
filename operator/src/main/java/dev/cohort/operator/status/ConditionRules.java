package dev.cohort.operator.status;

import dev.cohort.crds.Condition;
import dev.cohort.crds.ConditionReason;
import dev.cohort.crds.ConditionStatus;
import dev.cohort.crds.ConditionType;
import dev.cohort.crds.Conditions;
import dev.cohort.operator.desired.Blueprint.Refusal;
import dev.cohort.operator.ensemble.Observation;
import dev.cohort.operator.ensemble.Plan;
import dev.cohort.protocol.burst.v1.ModelSignals;
import java.util.List;
import java.util.Optional;

/** Which conditions hold, and why. Pure. */
final class ConditionRules {
  private final Observation seen;
  private final Plan plan;
  private final List<String> refusals;
  private final List<Condition> before;
  private final Signals signals;
  private final Fleet fleet;

  ConditionRules(
      Observation seen,
      Plan plan,
      List<String> refusals,
      List<Condition> before,
      Signals signals,
      Fleet fleet) {
    this.seen = seen;
    this.plan = plan;
    this.refusals = refusals;
    this.before = before;
    this.signals = signals;
    this.fleet = fleet;
  }

  List<Condition> all() {
    return List.of(
        ready(),
        available(),
        progressing(),
        pruned(),
        degraded(),
        metricsAvailable(),
        unschedulable(),
        scalingLimited());
  }

  private Condition ready() {
    if (!refusals.isEmpty()) {
      return no(ConditionType.READY, ConditionReason.WRITE_REFUSED, refusals.getFirst());
    }
    if (fleet.readyAggregators() == 0) {
      return no(ConditionType.READY, unavailable(), unavailableText());
    }
    if (isStarting()) {
      return no(ConditionType.READY, ConditionReason.STARTING, seatsText());
    }
    if (plan.change().refused().isPresent()) {
      return rolledBack(ConditionType.READY, plan.change().refused().get());
    }
    if (isRolling()) {
      return no(ConditionType.READY, ConditionReason.ROLLING_OUT, rollingText());
    }
    return yes(ConditionType.READY, ConditionReason.SERVING, seatsText());
  }

  private Condition available() {
    return fleet.readyAggregators() > 0
        ? yes(
            ConditionType.AVAILABLE,
            ConditionReason.MINIMUM_READY,
            "aggregators that answer: " + fleet.readyAggregators())
        : no(ConditionType.AVAILABLE, unavailable(), unavailableText());
  }

  private ConditionReason unavailable() {
    return signals.age() == Signals.Age.FRESH
        ? ConditionReason.BELOW_MINIMUM
        : ConditionReason.NO_AGGREGATOR;
  }

  private String unavailableText() {
    return fleet
        .crash()
        .or(fleet::unschedulable)
        .orElseGet(() -> "no aggregator is ready; " + seatsText());
  }

  private Condition progressing() {
    if (seen.spec().paused()) {
      return no(ConditionType.PROGRESSING, ConditionReason.PAUSED, "spec.paused is true");
    }
    if (plan.students().isEmpty() || isStarting()) {
      return yes(ConditionType.PROGRESSING, ConditionReason.STARTING, seatsText());
    }
    if (plan.change().refused().isPresent()) {
      return rolledBack(ConditionType.PROGRESSING, plan.change().refused().get());
    }
    return isRolling()
        ? yes(ConditionType.PROGRESSING, ConditionReason.ROLLING_OUT, rollingText())
        : no(ConditionType.PROGRESSING, ConditionReason.UP_TO_DATE, "the spec is in effect");
  }

  private Condition rolledBack(ConditionType type, Refusal refusal) {
    return condition(type, ConditionStatus.FALSE, refusal.reason(), refusal.message());
  }

  private boolean isRolling() {
    return plan.change().rolling().isPresent() || fleet.isUpdating();
  }

  private String rollingText() {
    return plan.change()
        .rolling()
        .map(revision -> "revision %s takes over".formatted(revision.id()))
        .orElse("pods are being replaced");
  }

  private Condition pruned() {
    Optional<ModelSignals> model = signals.shortest();
    if (model.isEmpty()) {
      return unknown(ConditionType.PRUNED, "no aggregator has said how many students answer");
    }
    int prefix = model.get().getPrefix();
    int total = model.get().getStudentsTotal();
    String text = "students in use: %d of %d".formatted(prefix, total);
    if (prefix < model.get().getPrefixMax()) {
      return yes(ConditionType.PRUNED, ConditionReason.BURST, text);
    }
    if (prefix < total) {
      return yes(
          ConditionType.PRUNED,
          plan.seats().parked() > 0 ? ConditionReason.PARKED : ConditionReason.PREFIX_BOUND,
          text);
    }
    return no(ConditionType.PRUNED, ConditionReason.FULL_PREFIX, text);
  }

  private Condition degraded() {
    Optional<String> crash = fleet.crash();
    if (crash.isPresent()) {
      return yes(ConditionType.DEGRADED, ConditionReason.CRASH_LOOP, crash.get());
    }
    // While one package comes for another there are more seats than there are to be.
    int wanted = Math.min(fleet.desiredSeats(), plan.seats().total());
    boolean missing = fleet.readySeats() < wanted && !isStarting();
    if (missing || fleet.refusal().isPresent()) {
      return yes(
          ConditionType.DEGRADED,
          ConditionReason.SEATS_MISSING,
          fleet.refusal().orElseGet(this::seatsText));
    }
    return no(ConditionType.DEGRADED, ConditionReason.COMPLETE, seatsText());
  }

  private Condition metricsAvailable() {
    return switch (signals.age()) {
      case FRESH ->
          yes(
              ConditionType.METRICS_AVAILABLE,
              ConditionReason.FRESH,
              "aggregators that send signals: " + seen.receptions().size());
      case STALE ->
          no(
              ConditionType.METRICS_AVAILABLE,
              ConditionReason.STALE,
              faults("an aggregator has been silent for more than 3 s"));
      case MISSING ->
          no(
              ConditionType.METRICS_AVAILABLE,
              ConditionReason.MISSING,
              faults("no aggregator sends signals"));
    };
  }

  private String faults(String otherwise) {
    return seen.faults().isEmpty() ? otherwise : seen.faults().getFirst();
  }

  private Condition unschedulable() {
    return fleet
        .unschedulable()
        .map(words -> yes(ConditionType.UNSCHEDULABLE, ConditionReason.UNSCHEDULABLE, words))
        .orElseGet(
            () ->
                no(
                    ConditionType.UNSCHEDULABLE,
                    ConditionReason.SCHEDULED,
                    "every pod has a node, or none is asked for"));
  }

  private Condition scalingLimited() {
    return condition(
        ConditionType.SCALING_LIMITED,
        ConditionStatus.of(plan.seats().reason().isLimited()),
        plan.seats().reason().code(),
        "seats asked for: %d".formatted(plan.seats().total()));
  }

  /** It never was ready, and has not all seats yet. */
  private boolean isStarting() {
    boolean was =
        Conditions.find(before, ConditionType.READY)
            .map(condition -> condition.status() == ConditionStatus.TRUE)
            .orElse(false);
    boolean complete =
        plan.students().isPresent()
            && fleet.desiredSeats() >= plan.seats().total()
            && fleet.readySeats() >= plan.seats().total();
    return !was && !complete;
  }

  private String seatsText() {
    return "seats ready: %d of %d".formatted(fleet.readySeats(), plan.seats().total());
  }

  private Condition yes(ConditionType type, ConditionReason reason, String message) {
    return condition(type, ConditionStatus.TRUE, reason.value(), message);
  }

  private Condition no(ConditionType type, ConditionReason reason, String message) {
    return condition(type, ConditionStatus.FALSE, reason.value(), message);
  }

  private Condition unknown(ConditionType type, String message) {
    return condition(type, ConditionStatus.UNKNOWN, ConditionReason.MISSING.value(), message);
  }

  private Condition condition(
      ConditionType type, ConditionStatus status, String reason, String message) {
    return Condition.of(
        type, status, reason, message, seen.ensemble().getMetadata().getGeneration(), seen.at());
  }
}
