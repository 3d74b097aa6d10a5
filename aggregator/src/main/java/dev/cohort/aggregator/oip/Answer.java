package dev.cohort.aggregator.oip;

import java.util.List;

/**
 * The numbers that answer a request. The arrays are given away and not changed any more.
 *
 * @param rows R
 * @param columns D
 * @param logits {@code [R,D]}
 * @param activated {@code [R,D]}: probabilities, embedding, or the logits themselves
 * @param labels one a row; empty unless the task is classification
 * @param studentsUsed {@code [R]}
 * @param studentsTotal M
 * @param pruned whether fewer than M students were asked for some row
 * @param degraded whether fewer students answered than were asked
 */
public record Answer(
    int rows,
    int columns,
    float[] logits,
    float[] activated,
    List<String> labels,
    int[] studentsUsed,
    int studentsTotal,
    boolean pruned,
    boolean degraded) {
  /** Copies the list. */
  public Answer {
    labels = List.copyOf(labels);
  }
}
