package dev.cohort.policy.scaling;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Home seats of each student when students share seats.
 *
 * <pre>seats(k) = total / M + (k < total mod M ? 1 : 0),   k = 0..M-1</pre>
 *
 * They differ by at most one, the first students have the rest, and one seat more or less in total
 * changes one student only. Which students are in use makes no difference: any seat can run any
 * student, so pruning takes none away.
 */
public final class SeatSpread {
  private SeatSpread() {}

  /**
   * @param total seats, at least 0
   * @param students M, at least 1
   * @return seats of each student, in order
   */
  public static List<Integer> even(int total, int students) {
    Checks.atLeast("total", total, 0);
    Checks.atLeast("students", students, 1);
    return IntStream.range(0, students)
        .mapToObj(student -> total / students + (student < total % students ? 1 : 0))
        .toList();
  }
}
