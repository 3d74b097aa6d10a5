package dev.cohort.benchmarks.faults;

import dev.cohort.cli.replay.Figures;
import java.util.Map;

/**
 * Failed requests, as the design defines them: any status but OK, except a refusal at admission.
 * Deadlines here are far above the documented minimum. Stateless.
 */
final class Failures {
  private static final String REFUSED = "RESOURCE_EXHAUSTED";

  private Failures() {}

  /** Whether a status is a failure. */
  static boolean isFailure(String code) {
    return !code.equals(REFUSED);
  }

  /** How many requests failed. */
  static long of(Figures figures) {
    return figures.refused().entrySet().stream()
        .filter(entry -> isFailure(entry.getKey()))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  /** What else a reader should know. */
  static String remarks(Figures figures) {
    return "%d degraded, %d pruned; ended otherwise %s; not sent %s"
        .formatted(figures.degraded(), figures.pruned(), figures.refused(), figures.notSent());
  }
}
