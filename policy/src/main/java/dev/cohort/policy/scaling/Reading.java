package dev.cohort.policy.scaling;

import dev.cohort.policy.scaling.BurstSignal.Delay;
import dev.cohort.policy.scaling.BurstSignal.Fresh;
import dev.cohort.policy.scaling.BurstSignal.Work;
import java.time.Duration;

/**
 * The last message of one aggregator, as it came over the wire: nothing in it has been checked.
 *
 * @param offeredMicros as in {@link Work}
 * @param seatMicros as in {@link Work}
 * @param utilisation as in {@link Work}
 * @param drainMicros as in {@link Delay}
 * @param oldestMicros as in {@link Delay}
 * @param targetMicros as in {@link Delay}
 * @param prefix as in {@link Fresh}
 * @param students as in {@link Fresh}
 */
public record Reading(
    double offeredMicros,
    double seatMicros,
    double utilisation,
    double drainMicros,
    double oldestMicros,
    double targetMicros,
    int prefix,
    int students) {
  /** Aggregators promise a message every second; three missed ones are no accident. */
  public static final Duration STALE_AFTER = Duration.ofSeconds(3);

  /** As long as the default stable window: then nothing that was seen counts any more. */
  public static final Duration ABSENT_AFTER = Duration.ofSeconds(60);

  /**
   * What this message is worth.
   *
   * @param ageNanos time since it came
   * @return {@link BurstSignal.Absent} when it is older than {@link #ABSENT_AFTER} or a figure of
   *     it is not finite or out of its range, {@link BurstSignal.Stale} when it is older than
   *     {@link #STALE_AFTER}
   */
  public BurstSignal at(long ageNanos) {
    if (!isUsable() || ageNanos > ABSENT_AFTER.toNanos()) {
      return new BurstSignal.Absent();
    }
    if (ageNanos > STALE_AFTER.toNanos()) {
      return new BurstSignal.Stale();
    }
    return new Fresh(
        new Work(offeredMicros, seatMicros, utilisation),
        new Delay(drainMicros, oldestMicros, targetMicros),
        prefix,
        students);
  }

  private boolean isUsable() {
    return Checks.isFigure(offeredMicros)
        && Checks.isFigure(seatMicros)
        && seatMicros > 0
        && Checks.isFigure(utilisation)
        && Checks.isFigure(drainMicros)
        && Checks.isFigure(oldestMicros)
        && Checks.isFigure(targetMicros)
        && targetMicros > 0
        && prefix >= 1
        && prefix <= students;
  }
}
