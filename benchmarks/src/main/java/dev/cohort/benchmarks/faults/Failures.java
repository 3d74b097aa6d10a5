package dev.cohort.benchmarks.faults;

import dev.cohort.cli.replay.Figures;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

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

  /**
   * When each failed call was due and how long it took, for people.
   *
   * @param stops when something was stopped, by {@link System#nanoTime}, in order
   */
  static List<String> lines(List<Call> calls, List<Long> stops) {
    return calls.stream()
        .filter(call -> call.failure().filter(Failures::isFailure).isPresent())
        .map(call -> line(call, stops))
        .toList();
  }

  private static String line(Call call, List<Long> stops) {
    long stop =
        stops.stream()
            .filter(time -> time - call.dueNanos() <= 0)
            .reduce(stops.getFirst(), (a, b) -> b);
    return "%s: due %d ms after stop %d, ended after %d ms"
        .formatted(
            call.failure().orElseThrow(),
            TimeUnit.NANOSECONDS.toMillis(call.dueNanos() - stop),
            stops.indexOf(stop) + 1,
            TimeUnit.NANOSECONDS.toMillis(call.nanos()));
  }

  /** What else a reader should know. */
  static String remarks(Figures figures) {
    return "%d degraded, %d pruned; ended otherwise %s; not sent %s"
        .formatted(figures.degraded(), figures.pruned(), figures.refused(), figures.notSent());
  }
}
