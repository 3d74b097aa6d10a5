package dev.cohort.cli.replay;

import java.time.Duration;
import java.util.List;

/**
 * What a replay measured. Immutable.
 *
 * @param length of the sending
 * @param interrupted whether it ended early
 * @param planned requests of the whole schedule
 * @param total figures of all requests
 * @param lag how much later than due requests were sent
 * @param studentsTotal students of the model; 0 when the server does not say
 * @param slot length of one element of the timeline
 * @param timeline figures over time, from the begin to the end of the sending
 */
public record Measured(
    Duration length,
    boolean interrupted,
    long planned,
    Figures total,
    Quantiles lag,
    int studentsTotal,
    Duration slot,
    List<Figures> timeline) {
  /** Copies the timeline. */
  public Measured {
    timeline = List.copyOf(timeline);
  }

  /** Requests per second whose time came. */
  public double offeredRate() {
    return total.offered() / seconds();
  }

  /** Answers per second. */
  public double answeredRate() {
    return total.answered() / seconds();
  }

  /** Answers within the latency target per second. */
  public double inTimeRate() {
    return total.inTime() / seconds();
  }

  /** Length of the sending in seconds. */
  public double seconds() {
    return length.toNanos() / 1e9;
  }

  /** Length of a slot in seconds. */
  public double slotSeconds() {
    return slot.toNanos() / 1e9;
  }
}
