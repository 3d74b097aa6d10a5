package dev.cohort.student.seat;

import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * Which students a seat is to hold.
 *
 * @param home the student loaded first
 * @param memoryBudget bytes that all students together may take; absent: what the machine leaves
 */
public record Holdings(int home, Regime regime, OptionalLong memoryBudget) {
  /** More students than any package has. */
  private static final int MAX_STUDENT = 63;

  /** Whether a seat holds more than its home student. */
  public enum Regime {
    /** All students, as far as the memory budget allows. */
    SHARED,
    /** The home student only. */
    DEDICATED
  }

  /**
   * @throws IllegalArgumentException naming the key, the value and what is allowed
   */
  public Holdings {
    SeatSettings.require("cohort.home-student", home, 0, MAX_STUDENT);
    if (memoryBudget.isPresent() && memoryBudget.getAsLong() < 1) {
      throw new IllegalArgumentException(
          "cohort.memory-budget is %d; allowed are 1 and more".formatted(memoryBudget.getAsLong()));
    }
  }

  /** Students to load after the home student, in order. */
  List<Integer> others(int studentsTotal) {
    return switch (regime) {
      case SHARED ->
          IntStream.range(0, studentsTotal).filter(student -> student != home).boxed().toList();
      case DEDICATED -> List.of();
    };
  }
}
