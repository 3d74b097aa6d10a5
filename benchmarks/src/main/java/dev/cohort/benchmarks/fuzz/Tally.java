package dev.cohort.benchmarks.fuzz;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts verdicts by attack and outcome, and keeps the first faults. Thread-safe. */
final class Tally {
  private static final int KEPT = 20;

  // All guarded by this.
  private final Map<String, Map<String, Long>> outcomes = new TreeMap<>();
  private final List<String> faults = new ArrayList<>();
  private long wrong;
  private long ended;

  /** Takes the verdict about the request of this number. */
  synchronized void add(String attack, int number, Verdict verdict) {
    ended++;
    outcomes
        .computeIfAbsent(attack, name -> new TreeMap<>())
        .merge(verdict.outcome(), 1L, Long::sum);
    verdict
        .fault()
        .ifPresent(
            fault -> {
              wrong++;
              if (faults.size() < KEPT) {
                faults.add("request %d, %s: %s".formatted(number, attack, fault));
              }
            });
  }

  synchronized long wrong() {
    return wrong;
  }

  synchronized long ended() {
    return ended;
  }

  /** The first faults. */
  synchronized List<String> faults() {
    return List.copyOf(faults);
  }

  /** All outcomes. */
  @Override
  public synchronized String toString() {
    return outcomes.toString();
  }
}
