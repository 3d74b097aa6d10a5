package dev.cohort.aggregator.dispatch;

import java.util.List;

/**
 * What the time of a batch depends on.
 *
 * @param rows rows
 * @param tokens tokens of all rows together
 * @param longest tokens of the longest row
 */
record BatchShape(int rows, int tokens, int longest) {
  /** A typical batch, for estimates. */
  static final BatchShape TYPICAL = new BatchShape(8, 128, 16);

  static BatchShape of(List<QueuedRow> rows) {
    return new BatchShape(
        rows.size(),
        rows.stream().mapToInt(QueuedRow::length).sum(),
        rows.stream().mapToInt(QueuedRow::length).max().orElse(0));
  }
}
