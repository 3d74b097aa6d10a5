package dev.cohort.benchmarks.fuzz;

import java.util.Optional;

/**
 * What became of one request. Immutable.
 *
 * @param outcome code or status, for the summary
 * @param fault what was wrong with it; empty when it was right
 */
record Verdict(String outcome, Optional<String> fault) {
  static Verdict right(String outcome) {
    return new Verdict(outcome, Optional.empty());
  }

  static Verdict wrong(String outcome, String fault) {
    return new Verdict(outcome, Optional.of(fault));
  }
}
