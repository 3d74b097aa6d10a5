package dev.cohort.aggregator.dispatch;

import java.util.List;

/**
 * What the students said about the rows of one request. The arrays are given away and not changed
 * any more.
 *
 * @param blocks those of students 0, 1, ... as far as any row used them, each {@code [R,D]}; zeros
 *     where a row did not use the student
 * @param used how many students took part in each row's answer
 * @param studentTokens tokens of the rows, once for each of their students
 * @param pruned whether fewer than all students were asked for some row
 * @param degraded whether fewer students answered than were asked for some row
 */
public record Contributions(
    List<float[]> blocks, int[] used, long studentTokens, boolean pruned, boolean degraded) {
  /** Copies the list. */
  public Contributions {
    blocks = List.copyOf(blocks);
  }

  /** How many numbers the blocks have together. */
  public long numbers() {
    return blocks.stream().mapToLong(block -> block.length).sum();
  }
}
