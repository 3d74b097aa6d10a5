package dev.cohort.policy.scaling;

import java.util.List;

/**
 * What is known of an ensemble's load at the moment of a decision.
 *
 * <p>A figure that is not a number cannot get in: {@link Fresh} refuses it, {@link Reading} turns
 * it into {@link Absent}.
 */
public sealed interface BurstSignal {

  /**
   * Figures that are young enough to decide on.
   *
   * @param work what is asked for and what a seat can do
   * @param delay what waits
   * @param prefix students in use, 1 to {@code students}
   * @param students students that may be in use: all that are not parked, up to the prefix's upper
   *     bound
   */
  record Fresh(Work work, Delay delay, int prefix, int students) implements BurstSignal {
    public Fresh {
      Checks.atLeast("students", students, 1);
      Checks.between("prefix", prefix, 1, students);
    }

    /** Students are dropped, or would have to be. */
    public boolean isBurst() {
      return prefix < students || delay.exceedsTarget();
    }
  }

  /** There were figures a moment ago: what was decided last is held. */
  record Stale() implements BurstSignal {}

  /** There are no figures, or none since long. */
  record Absent() implements BurstSignal {}

  /**
   * @param offeredMicros student-microseconds per second for the load that clients offer, refused
   *     requests included, with all students; with one when each student has seats of its own
   * @param seatMicros student-microseconds per second that one seat can do: its lanes times
   *     1,000,000
   * @param utilisation share of their capacity that the ready seats use now, 0 to about 1
   */
  record Work(double offeredMicros, double seatMicros, double utilisation) {
    public Work {
      Checks.figure("offeredMicros", offeredMicros);
      Checks.within("seatMicros", seatMicros, 0, Double.MAX_VALUE);
      Checks.figure("utilisation", utilisation);
    }
  }

  /**
   * @param drainMicros predicted time until what waits is answered, with all students
   * @param oldestMicros how long the oldest waiting row has waited
   * @param targetMicros latency target
   */
  record Delay(double drainMicros, double oldestMicros, double targetMicros) {
    public Delay {
      Checks.figure("drainMicros", drainMicros);
      Checks.figure("oldestMicros", oldestMicros);
      Checks.within("targetMicros", targetMicros, 0, Double.MAX_VALUE);
    }

    boolean exceedsTarget() {
      return drainMicros > targetMicros || oldestMicros > targetMicros;
    }
  }

  /**
   * The signals of several aggregators in front of the same seats as one.
   *
   * <p>Aggregators without signals are left out, since their clients go to the others. One that is
   * stale makes the whole stale: its share of the load is unknown, and without it the load would
   * look smaller than it is. Load, drain time and utilisation add up, of the rest the worst counts.
   *
   * @return {@link Absent} of an empty list
   */
  static BurstSignal combined(List<BurstSignal> aggregators) {
    BurstSignal sum = new Absent();
    for (BurstSignal signal : aggregators) {
      sum =
          switch (signal) {
            case Absent() -> sum;
            case Stale stale -> stale;
            case Fresh fresh -> plus(sum, fresh);
          };
    }
    return sum;
  }

  private static BurstSignal plus(BurstSignal sum, Fresh more) {
    return switch (sum) {
      case Absent() -> more;
      case Stale stale -> stale;
      case Fresh fresh -> plus(fresh, more);
    };
  }

  private static Fresh plus(Fresh one, Fresh other) {
    int students = Math.max(one.students, other.students);
    int dropped = Math.max(one.students - one.prefix, other.students - other.prefix);
    return new Fresh(
        plus(one.work, other.work), plus(one.delay, other.delay), students - dropped, students);
  }

  private static Work plus(Work one, Work other) {
    return new Work(
        one.offeredMicros + other.offeredMicros,
        Math.min(one.seatMicros, other.seatMicros),
        one.utilisation + other.utilisation);
  }

  private static Delay plus(Delay one, Delay other) {
    return new Delay(
        one.drainMicros + other.drainMicros,
        Math.max(one.oldestMicros, other.oldestMicros),
        Math.min(one.targetMicros, other.targetMicros));
  }
}
