package dev.cohort.operator.metrics;

import dev.cohort.observability.MeterSpec;

/** All metrics of the operator. */
public enum OperatorMetric {
  /** Decisions. */
  DECISIONS(
      MeterSpec.counter(
          "cohort.operator.scaling.decisions",
          "decisions",
          "Decisions about the number of seats that changed something, by the reason that"
              + " condition, event and log have too",
          "namespace",
          "ensemble",
          "reason")),
  /** Seats. */
  SEATS_DESIRED(
      MeterSpec.gauge(
          "cohort.operator.seats.desired",
          "seats",
          "Seats of all students that were decided on",
          "namespace",
          "ensemble")),
  /** Seats. */
  SEATS_READY(
      MeterSpec.gauge(
          "cohort.operator.seats.ready",
          "seats",
          "Seats of all students that are ready",
          "namespace",
          "ensemble")),
  /** Prefix. */
  PREFIX(
      MeterSpec.gauge(
          "cohort.operator.prefix",
          "students",
          "Students in use, of several aggregators the fewest; not a number while unknown",
          "namespace",
          "ensemble")),
  /** Readiness. */
  READY(
      MeterSpec.gauge(
          "cohort.operator.ensemble.ready",
          "1",
          "1 while the condition Ready is true, else 0",
          "namespace",
          "ensemble")),
  /** Signals. */
  SIGNALS_FRESH(
      MeterSpec.gauge(
          "cohort.operator.signals.fresh",
          "1",
          "1 while the condition MetricsAvailable is true, else 0",
          "namespace",
          "ensemble")),
  /** Watchers. */
  WATCHED(
      MeterSpec.gauge(
          "cohort.operator.aggregators.watched",
          "aggregators",
          "Aggregators whose signals are asked for, of all ensembles")),
  /** Reconciliations. */
  RECONCILIATIONS(
      MeterSpec.counter(
          "cohort.operator.reconciliations",
          "reconciliations",
          "Reconciliations that ended, well (ok) or with an error that is tried again",
          "result")),
  /** Their time. */
  RECONCILIATION(MeterSpec.timer("cohort.operator.reconciliation", "Time of one reconciliation")),
  /** Age of the last good one. */
  LAST_SUCCESS(
      MeterSpec.gauge(
          "cohort.operator.last.success.age",
          "seconds",
          "Time since the last reconciliation that ended well; not a number before the first")),
  /** Writes. */
  WRITES(
      MeterSpec.counter(
          "cohort.operator.writes",
          "writes",
          "Objects written or deleted (object), and statuses written (status)",
          "kind")),
  /** Reaction. */
  REACTION(
      MeterSpec.timer(
          "cohort.operator.reaction",
          "Time from a message of an aggregator to the end of the writes that it led to")),
  /** Leadership. */
  LEADER(MeterSpec.gauge("cohort.operator.leader", "1", "1 while this operator acts, else 0"));

  private final MeterSpec spec;

  OperatorMetric(MeterSpec spec) {
    this.spec = spec;
  }

  /** What the metric is. */
  public MeterSpec spec() {
    return spec;
  }
}
