package dev.cohort.aggregator.dispatch;

import java.util.Arrays;

/**
 * Measured / predicted engine time of one seat, smoothed, by the size of the batch: what makes
 * small batches slow (weights that are in no cache) does not make large ones slow. Known at powers
 * of two of the tokens, interpolated between them, 1 where nothing was seen. Owned by the dispatch
 * thread.
 */
final class CostCorrection {
  /** Powers of two: 8 to 1,024 tokens. */
  private static final int SMALLEST = 3;

  private static final int LARGEST = 10;

  /** Weight of the newest batch. */
  private static final double SMOOTHING = 0.1;

  /** One batch counts as at most so many times quicker or slower than predicted. */
  private static final double STEP = 2;

  private static final double LEAST = 0.02;
  private static final double MOST = 50;

  private final double[] factors = new double[LARGEST - SMALLEST + 1];

  CostCorrection() {
    Arrays.fill(factors, 1);
  }

  /** What a prediction for so many tokens is to be multiplied with. */
  double factor(int tokens) {
    double place = place(tokens);
    int below = (int) place;
    double above = place - below;
    return above == 0 ? factors[below] : (1 - above) * factors[below] + above * factors[below + 1];
  }

  /** Notes measured / predicted of one batch. */
  void observe(int tokens, double ratio) {
    double place = place(tokens);
    int below = (int) place;
    double above = place - below;
    double now = factor(tokens);
    double change = SMOOTHING * (Math.clamp(ratio, now / STEP, now * STEP) - now);
    // Divided so that the factor between the two changes by exactly this.
    double share = change / ((1 - above) * (1 - above) + above * above);
    add(below, (1 - above) * share);
    if (above > 0) {
      add(below + 1, above * share);
    }
  }

  private void add(int index, double change) {
    factors[index] = Math.clamp(factors[index] + change, LEAST, MOST);
  }

  private static double place(int tokens) {
    double power = Math.log(Math.max(1, tokens)) / Math.log(2);
    return Math.clamp(power, SMALLEST, LARGEST) - SMALLEST;
  }
}
