package dev.cohort.benchmarks;

import java.util.function.BiPredicate;

/**
 * What a value has to reach. Immutable.
 *
 * @param limit in the unit of the value
 */
public record Bar(Kind kind, double limit) {
  /** On which side of the limit a value has to be. */
  public enum Kind {
    /** The limit itself is enough. */
    AT_LEAST(">=", (value, limit) -> value >= limit),
    /** The limit itself is allowed. */
    AT_MOST("<=", (value, limit) -> value <= limit),
    /** More than the limit. */
    ABOVE(">", (value, limit) -> value > limit),
    /** Less than the limit. */
    BELOW("<", (value, limit) -> value < limit);

    private final String sign;
    private final BiPredicate<Double, Double> reached;

    Kind(String sign, BiPredicate<Double, Double> reached) {
      this.sign = sign;
      this.reached = reached;
    }

    /** As in formulas. */
    public String sign() {
      return sign;
    }
  }

  /** At least this. */
  public static Bar atLeast(double limit) {
    return new Bar(Kind.AT_LEAST, limit);
  }

  /** At most this. */
  public static Bar atMost(double limit) {
    return new Bar(Kind.AT_MOST, limit);
  }

  /** More than this. */
  public static Bar above(double limit) {
    return new Bar(Kind.ABOVE, limit);
  }

  /** Less than this. */
  public static Bar below(double limit) {
    return new Bar(Kind.BELOW, limit);
  }

  /** Whether a value reaches it; NaN never does. */
  public boolean holds(double value) {
    return kind.reached.test(value, limit);
  }
}
