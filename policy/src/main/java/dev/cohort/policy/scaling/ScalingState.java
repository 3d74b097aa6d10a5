package dev.cohort.policy.scaling;

import java.time.Duration;

/**
 * What {@link ReplicaPolicy} remembers of one ensemble. Immutable; to be made by {@link
 * ReplicaPolicy#start} and passed on, not to be looked into.
 */
public final class ScalingState {
  /** A time that has not been. */
  private static final long NEVER = Long.MIN_VALUE;

  private final LoadWindow load;
  private final Turns turns;
  private final long changedAt;
  private final long grownAt;
  private final long panicAt;

  private ScalingState(LoadWindow load, Turns turns, long changedAt, long grownAt, long panicAt) {
    this.load = load;
    this.turns = turns;
    this.changedAt = changedAt;
    this.grownAt = grownAt;
    this.panicAt = panicAt;
  }

  static ScalingState of(int seconds, long now) {
    return new ScalingState(LoadWindow.of(seconds, now), Turns.NONE, now, NEVER, NEVER);
  }

  LoadWindow load() {
    return load;
  }

  Turns turns() {
    return turns;
  }

  /** There was a shortage within the stable window. */
  boolean isPanic() {
    return panicAt != NEVER;
  }

  long sinceChange(long now) {
    return now - changedAt;
  }

  long sinceUp(long now) {
    return grownAt == NEVER ? Long.MAX_VALUE : now - grownAt;
  }

  ScalingState over(int seconds, long now) {
    return load.seconds() == seconds
        ? this
        : new ScalingState(LoadWindow.of(seconds, now), turns, changedAt, grownAt, panicAt);
  }

  ScalingState observed(double work, long now) {
    return new ScalingState(load.with(work, now), turns, changedAt, grownAt, panicAt);
  }

  ScalingState observedNothing(long now) {
    return new ScalingState(load.at(now), turns, changedAt, grownAt, panicAt);
  }

  ScalingState panicked(long now) {
    return new ScalingState(load, turns, changedAt, grownAt, now);
  }

  ScalingState calmed(long afterNanos, long now) {
    boolean over = isPanic() && now - panicAt >= afterNanos;
    return over ? new ScalingState(load, turns, changedAt, grownAt, NEVER) : this;
  }

  ScalingState grown(Duration flapWindow, long now) {
    return new ScalingState(load, turns.gone(1, flapWindow, now), now, now, panicAt);
  }

  ScalingState shrunk(Duration flapWindow, long now) {
    return new ScalingState(load, turns.gone(-1, flapWindow, now), now, grownAt, panicAt);
  }

  /** Changed for another reason than load: this counts for the dwell, not as a turn. */
  ScalingState changed(long now) {
    return new ScalingState(load, turns, now, grownAt, panicAt);
  }
}
