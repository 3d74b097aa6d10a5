package dev.cohort.policy;

/**
 * What one batch may hold at most.
 *
 * @param rows rows, at least 1
 * @param tokens tokens of all rows together, at least 1; a single longer row is still planned,
 *     alone
 */
public record BatchLimits(int rows, int tokens) {
  public BatchLimits {
    if (rows < 1 || tokens < 1) {
      throw new IllegalArgumentException(
          "batch limits must be at least 1: rows " + rows + ", tokens " + tokens);
    }
  }
}
