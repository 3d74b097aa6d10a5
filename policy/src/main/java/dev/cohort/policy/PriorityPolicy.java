package dev.cohort.policy;

/**
 * In which order waiting rows leave: by priority, and by age, so that nothing starves.
 *
 * <pre>turn = arrival + level x 1 s;   the smaller turn leaves first</pre>
 *
 * One level is worth one second of waiting: among rows of one level the older leaves first, and a
 * row is overtaken only by rows of a more urgent level that arrive within so many seconds after it,
 * {@value #LEVELS} - 1 at most. Stateless, thread-safe.
 */
public final class PriorityPolicy {
  /** Levels are 1, the most urgent, to this. */
  public static final int LEVELS = 8;

  /** The level of those that name none: there is room on both sides. */
  public static final int DEFAULT_LEVEL = 4;

  /** What one level is worth. */
  public static final long LEVEL_NANOS = 1_000_000_000L;

  private PriorityPolicy() {}

  /**
   * When a row has its turn; only the order of turns means something.
   *
   * @param level 1..{@value #LEVELS}
   * @param arrivalNanos by a clock that may overflow
   */
  public static long turn(int level, long arrivalNanos) {
    if (level < 1 || level > LEVELS) {
      throw new IllegalArgumentException("level must be 1.." + LEVELS + ": " + level);
    }
    return arrivalNanos + level * LEVEL_NANOS;
  }

  /** Negative when the first turn comes before the second; right across the clock's overflow. */
  public static int compare(long first, long second) {
    return Long.signum(first - second);
  }
}
