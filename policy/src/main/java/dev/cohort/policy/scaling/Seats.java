package dev.cohort.policy.scaling;

/**
 * The seats that there are.
 *
 * @param ready seats that answer
 * @param starting seats that were asked for and will answer
 * @param desired seats that are asked for now: what was decided last, or declared
 */
public record Seats(int ready, int starting, int desired) {
  public Seats {
    Checks.atLeast("ready", ready, 0);
    Checks.atLeast("starting", starting, 0);
    Checks.atLeast("desired", desired, 0);
  }
}
