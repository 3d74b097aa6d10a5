package dev.cohort.aggregator.dispatch;

import dev.cohort.protocol.burst.v1.Outcomes;
import java.time.Duration;
import java.util.List;

/**
 * What became of the requests to one model. Any thread may count; the dispatch thread samples and
 * reads rates.
 */
public final class Traffic {
  private final RatedCount admitted;
  private final RatedCount refused;
  private final RatedCount refusedRows;
  private final RatedCount answeredRows;
  private final RatedCount prunedRows;
  private final RatedCount degradedRows;

  Traffic(Duration memory, long nowNanos) {
    this.admitted = new RatedCount(memory, nowNanos);
    this.refused = new RatedCount(memory, nowNanos);
    this.refusedRows = new RatedCount(memory, nowNanos);
    this.answeredRows = new RatedCount(memory, nowNanos);
    this.prunedRows = new RatedCount(memory, nowNanos);
    this.degradedRows = new RatedCount(memory, nowNanos);
  }

  /** A request was let in. */
  public void admitted() {
    admitted.add(1);
  }

  /** A request was refused for want of room or time. */
  public void refused(int rows) {
    refused.add(1);
    refusedRows.add(rows);
  }

  /**
   * Rows were answered.
   *
   * @param pruned by fewer students than all
   * @param degraded by fewer students than asked
   */
  public void answered(int rows, boolean pruned, boolean degraded) {
    answeredRows.add(rows);
    prunedRows.add(pruned ? rows : 0);
    degradedRows.add(degraded ? rows : 0);
  }

  void sample(long nowNanos) {
    List.of(admitted, refused, refusedRows, answeredRows, prunedRows, degradedRows)
        .forEach(count -> count.sample(nowNanos));
  }

  double refusedPerSecond(long nowNanos) {
    return refused.perSecond(nowNanos);
  }

  double refusedRowsPerSecond(long nowNanos) {
    return refusedRows.perSecond(nowNanos);
  }

  Outcomes total() {
    return Outcomes.newBuilder()
        .setRequestsAdmitted(admitted.total())
        .setRequestsRefused(refused.total())
        .setRowsAnswered(answeredRows.total())
        .setRowsPruned(prunedRows.total())
        .setRowsDegraded(degradedRows.total())
        .build();
  }

  Outcomes perSecond(long nowNanos) {
    return Outcomes.newBuilder()
        .setRequestsAdmitted(admitted.perSecond(nowNanos))
        .setRequestsRefused(refused.perSecond(nowNanos))
        .setRowsAnswered(answeredRows.perSecond(nowNanos))
        .setRowsPruned(prunedRows.perSecond(nowNanos))
        .setRowsDegraded(degradedRows.perSecond(nowNanos))
        .build();
  }
}
