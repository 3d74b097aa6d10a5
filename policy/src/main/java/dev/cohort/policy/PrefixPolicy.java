package dev.cohort.policy;

import java.util.function.IntToDoubleFunction;

/**
 * How many students answer the next batch: the largest prefix whose predicted drain time meets the
 * latency target.
 *
 * <p>Student Parallelism (arXiv 2408.12526) prunes students in a burst; its trigger is not
 * published, so the rule is this project's:
 *
 * <ul>
 *   <li>drop, at once: when {@code drain(current) > target}, to the largest k with {@code drain(k)
 *       <= target}, else to the smallest allowed;
 *   <li>restore, one student at a time: when {@code drain(current + 1) <= headroom x target} and
 *       {@code busy(current + 1) <= ceiling} have held without a break for the quiet window.
 * </ul>
 *
 * A prediction that is not a number holds the prefix. Two restores are at least a quiet window
 * apart, so noise around the threshold causes at most one restore and one drop in each window.
 * Stateless, thread-safe; the state is a value that the caller keeps.
 */
public final class PrefixPolicy {

  /**
   * @param targetMicros latency target: predicted time until a row that arrives now is answered
   * @param quietNanos how long it must be calm before one student comes back
   * @param headroom share of the target that the larger prefix must stay under, in (0, 1]
   * @param ceiling share of the capacity that the larger prefix may use, in (0, 1]
   */
  public record Settings(double targetMicros, long quietNanos, double headroom, double ceiling) {
    public Settings {
      if (!(targetMicros > 0)
          || quietNanos < 0
          || !(headroom > 0 && headroom <= 1)
          || !(ceiling > 0 && ceiling <= 1)) {
        throw new IllegalArgumentException(
            "prefix settings out of range: target %s us, quiet %d ns, headroom %s, ceiling %s"
                .formatted(targetMicros, quietNanos, headroom, ceiling));
      }
    }
  }

  /**
   * Bounds of the prefix.
   *
   * @param min fewest students, at least 1; the floor prefix of the package or more
   * @param max most students
   */
  public record Bounds(int min, int max) {
    public Bounds {
      if (min < 1 || max < min) {
        throw new IllegalArgumentException(
            "prefix bounds must be 1 <= min <= max: " + min + ", " + max);
      }
    }

    int clamp(int prefix) {
      return Math.clamp(prefix, min, max);
    }
  }

  /**
   * @param prefix students in use
   * @param quietSince since when the larger prefix would do, or {@link #BUSY}
   */
  public record State(int prefix, long quietSince) {
    public static State of(int prefix) {
      return new State(prefix, BUSY);
    }

    boolean isQuiet() {
      return quietSince != BUSY;
    }
  }

  /**
   * What is predicted for each prefix.
   *
   * @param drainMicros prefix to the time until a row that arrives now is answered; non-decreasing
   * @param busy prefix to the share of the capacity that the present arrival rate uses;
   *     non-decreasing
   */
  public record Load(IntToDoubleFunction drainMicros, IntToDoubleFunction busy) {}

  /** {@link State#quietSince()} while the larger prefix would not do. */
  public static final long BUSY = Long.MIN_VALUE;

  private final Settings settings;

  public PrefixPolicy(Settings settings) {
    this.settings = settings;
  }

  /**
   * @param now nanoseconds of the caller's monotonic clock, never {@link #BUSY}
   * @return the state to keep; its prefix is the answer
   */
  public State decide(State state, Bounds bounds, Load load, long now) {
    int current = bounds.clamp(state.prefix());
    if (Double.isNaN(load.drainMicros().applyAsDouble(current))) {
      return State.of(current);
    }
    if (!meets(load, current, settings.targetMicros())) {
      return State.of(largestThatMeets(load, bounds, current));
    }
    if (current == bounds.max() || !hasRoom(load, current + 1)) {
      return State.of(current);
    }
    if (!state.isQuiet()) {
      return new State(current, now);
    }
    if (now - state.quietSince() < settings.quietNanos()) {
      return new State(current, state.quietSince());
    }
    return new State(current + 1, now);
  }

  private int largestThatMeets(Load load, Bounds bounds, int current) {
    for (int prefix = current - 1; prefix > bounds.min(); prefix--) {
      if (meets(load, prefix, settings.targetMicros())) {
        return prefix;
      }
    }
    return bounds.min();
  }

  private boolean hasRoom(Load load, int prefix) {
    return meets(load, prefix, settings.headroom() * settings.targetMicros())
        && load.busy().applyAsDouble(prefix) <= settings.ceiling();
  }

  /** Not-a-number meets nothing, so a missing prediction never restores. */
  private static boolean meets(Load load, int prefix, double limitMicros) {
    return load.drainMicros().applyAsDouble(prefix) <= limitMicros;
  }
}
