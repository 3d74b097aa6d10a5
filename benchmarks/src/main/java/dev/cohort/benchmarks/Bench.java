package dev.cohort.benchmarks;

import java.util.List;

/**
 * One measurement that {@code ./cohort bench} can run. Used once, by one thread.
 *
 * <p>Baseline and candidate are measured in the same run, taking turns, so that a noisy machine
 * slows both. A bar that is missed is a result, not a failure.
 */
public interface Bench {
  /** What users type. */
  String name();

  /** One line for the list of all. */
  String summary();

  /**
   * Measures.
   *
   * @throws Exception when it cannot be measured
   */
  List<Row> run(BenchSettings settings) throws Exception;
}
