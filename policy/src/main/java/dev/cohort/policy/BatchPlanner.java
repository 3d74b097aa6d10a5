package dev.cohort.policy;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a length-sorted queue into the batches that take the least time together.
 *
 * <p>The dynamic program of TurboTransformers (arXiv 2010.05680, section 5): with rows sorted by
 * length,
 *
 * <pre>best(i) = min over j of best(j) + cost(rows j..i-1),   best(0) = 0</pre>
 *
 * where a batch is a run of neighbours. The paper's cost is a table of (longest, rows); here it is
 * any {@link BatchCost}, because the packed graph pays for tokens in the matrix products and for
 * the rectangle only inside attention. Time O(n x rows limit), memory O(n). Stateless, thread-safe.
 */
public final class BatchPlanner {

  private final BatchCost cost;
  private final BatchLimits limits;

  public BatchPlanner(BatchCost cost, BatchLimits limits) {
    this.cost = cost;
    this.limits = limits;
  }

  /**
   * A batch of a plan: rows {@code from .. to - 1} of the sorted queue.
   *
   * @param micros predicted engine time
   */
  public record Batch(int from, int to, double micros) {
    public int rows() {
      return to - from;
    }

    boolean holds(int row) {
      return from <= row && row < to;
    }
  }

  /**
   * @param lengths tokens of each waiting row, ascending, each at least 1
   * @param students students that will run the batches
   * @return batches in the order of the lengths; empty for an empty queue
   * @throws IllegalArgumentException when the lengths are not ascending or not positive
   */
  public List<Batch> plan(int[] lengths, int students) {
    requireAscending(lengths);
    var best = new double[lengths.length + 1];
    var start = new int[lengths.length + 1];
    for (int end = 1; end <= lengths.length; end++) {
      best[end] = Double.POSITIVE_INFINITY;
      int tokens = 0;
      for (int from = end - 1; from >= 0 && end - from <= limits.rows(); from--) {
        tokens += lengths[from];
        if (tokens > limits.tokens() && end - from > 1) {
          break;
        }
        double total = best[from] + cost.micros(students, tokens, end - from, lengths[end - 1]);
        if (total < best[end]) {
          best[end] = total;
          start[end] = from;
        }
      }
    }
    return batches(best, start);
  }

  /**
   * The batch to run now: of the best plan, the one that holds the most urgent row. The plan's
   * total does not depend on the order of its batches, and this order means that the most urgent
   * row never waits for another batch of the same plan.
   *
   * @param urgent index of the most urgent row in {@code lengths}
   */
  public Batch next(int[] lengths, int students, int urgent) {
    for (Batch batch : plan(lengths, students)) {
      if (batch.holds(urgent)) {
        return batch;
      }
    }
    throw new IllegalArgumentException(
        "urgent row " + urgent + " is not one of the " + lengths.length + " waiting rows");
  }

  private static List<Batch> batches(double[] best, int[] start) {
    var plan = new ArrayList<Batch>();
    for (int end = best.length - 1; end > 0; end = start[end]) {
      plan.add(new Batch(start[end], end, best[end] - best[start[end]]));
    }
    return List.copyOf(plan.reversed());
  }

  private static void requireAscending(int[] lengths) {
    int previous = 1;
    for (int length : lengths) {
      if (length < previous) {
        throw new IllegalArgumentException(
            "lengths must be positive and ascending, got " + length + " after " + previous);
      }
      previous = length;
    }
  }
}
