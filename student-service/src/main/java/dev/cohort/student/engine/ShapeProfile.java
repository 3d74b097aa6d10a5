package dev.cohort.student.engine;

import dev.cohort.packages.BatchRules;
import java.util.Map;

/**
 * The shapes for which TensorRT builds an engine: least, best and largest. Without them it builds
 * another engine for each new shape, which takes minutes.
 *
 * @param rows B of the largest batch
 * @param tokens T of the largest batch
 * @param rowTokens L of the largest batch
 */
record ShapeProfile(int rows, int tokens, int rowTokens) {
  /** A typical batch of short texts. */
  private static final int BEST_ROWS = 8;

  private static final int BEST_ROW_TOKENS = 16;

  /**
   * @param selfTest tokens of the self-test's row, which must fit even where the limits are lower
   */
  static ShapeProfile of(BatchRules limits, int selfTest) {
    int rowTokens = Math.max(limits.maxRowTokens(), selfTest);
    long most = (long) limits.maxRows() * rowTokens;
    int tokens = (int) Math.min(most, Math.max(limits.maxTokens(), selfTest));
    return new ShapeProfile(limits.maxRows(), tokens, rowTokens);
  }

  /** The provider's options. */
  Map<String, String> options() {
    int bestRows = Math.min(rows, BEST_ROWS);
    int bestRowTokens = Math.min(rowTokens, BEST_ROW_TOKENS);
    int bestTokens = Math.min(tokens, bestRows * bestRowTokens);
    return Map.of(
        "trt_profile_min_shapes", shapes(1, 1, 1),
        "trt_profile_opt_shapes", shapes(bestRows, bestTokens, bestRowTokens),
        "trt_profile_max_shapes", shapes(rows, tokens, rowTokens));
  }

  private static String shapes(int rows, int tokens, int rowTokens) {
    return "input_ids:%2$d,token_type_ids:%2$d,position_ids:%2$d,pad_index:%1$dx%3$d,unpad_index:%2$d,row_starts:%1$d"
        .formatted(rows, tokens, rowTokens);
  }
}
