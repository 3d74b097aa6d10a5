package dev.cohort.cli.replay;

import java.time.Duration;
import java.util.List;

/**
 * What a replay sends. Immutable.
 *
 * @param rows the texts; each request draws one
 * @param deadline of each call, from the time at which it is due
 * @param latencyTarget answers within this are in time
 * @param maxInFlight calls that may wait for their answers
 * @param seed of the drawing
 */
public record Load(
    Schedule schedule,
    List<TextRow> rows,
    Duration deadline,
    Duration latencyTarget,
    int maxInFlight,
    long seed) {
  /** Copies the rows. */
  public Load {
    rows = List.copyOf(rows);
  }
}
