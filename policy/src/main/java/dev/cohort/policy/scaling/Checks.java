package dev.cohort.policy.scaling;

import java.time.Duration;

/** Argument checks whose message names the field, the value and what is allowed. */
final class Checks {
  private Checks() {}

  static void atLeast(String field, int value, int least) {
    between(field, value, least, Integer.MAX_VALUE);
  }

  static void between(String field, int value, int least, int most) {
    if (value < least || value > most) {
      String allowed = most == Integer.MAX_VALUE ? "at least " + least : least + " to " + most;
      throw new IllegalArgumentException(field + " must be " + allowed + ": " + value);
    }
  }

  static void between(String field, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "%s must be %s to %s: %s".formatted(field, least, most, value));
    }
  }

  /** Finite, above {@code above} and at most {@code most}; not-a-number is neither. */
  static void within(String field, double value, double above, double most) {
    if (!(value > above && value <= most)) {
      throw new IllegalArgumentException(
          "%s must be above %s and at most %s: %s".formatted(field, above, most, value));
    }
  }

  /** At least 0 and below 1; not-a-number is neither. */
  static void share(String field, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(field + " must be at least 0 and below 1: " + value);
    }
  }

  /** A figure of a signal: finite, 0 or more. */
  static void figure(String field, double value) {
    if (!isFigure(value)) {
      throw new IllegalArgumentException(field + " must be finite and at least 0: " + value);
    }
  }

  static boolean isFigure(double value) {
    return value >= 0 && value < Double.POSITIVE_INFINITY;
  }
}
