package dev.cohort.policy;

/**
 * Predicted engine time of one batch. Implementations are pure and thread-safe, and must not
 * decrease when a row is added or a row grows: {@link BatchPlanner} is exact for any function, but
 * its plans make sense only then.
 */
@FunctionalInterface
public interface BatchCost {

  /**
   * @param students students that run the batch one after the other on one lane, at least 1
   * @param tokens tokens of all rows together, without padding
   * @param rows rows, at least 1
   * @param longest tokens of the longest row
   * @return microseconds, positive and finite
   */
  double micros(int students, int tokens, int rows, int longest);
}
