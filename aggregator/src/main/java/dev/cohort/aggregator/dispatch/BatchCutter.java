package dev.cohort.aggregator.dispatch;

import dev.cohort.packages.TokenRow;
import dev.cohort.protocol.student.v1.Limits;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts the rows of a job into as few batches as fit, in order. Rows keep their order, so that the
 * blocks can be put together again. A pure function.
 */
final class BatchCutter {
  /** What one batch may hold. */
  record Bounds(int maxRows, int maxTokens) {
    /** The bounds that fit both. */
    Bounds and(Limits limits) {
      return new Bounds(
          Math.min(maxRows, limits.getMaxRows()), Math.min(maxTokens, limits.getMaxTokens()));
    }
  }

  private BatchCutter() {}

  /** A row that alone breaks the bound on tokens is a batch of its own. */
  static List<Batch> cut(Job job, Bounds bounds) {
    List<Batch> batches = new ArrayList<>();
    List<TokenRow> rows = job.rows();
    int first = 0;
    int tokens = 0;
    for (int row = 0; row < rows.size(); row++) {
      int length = rows.get(row).length();
      boolean full = row - first == bounds.maxRows() || tokens + length > bounds.maxTokens();
      if (full && row > first) {
        batches.add(new Batch(job, first, rows.subList(first, row)));
        first = row;
        tokens = 0;
      }
      tokens += length;
    }
    batches.add(new Batch(job, first, rows.subList(first, rows.size())));
    return batches;
  }
}
