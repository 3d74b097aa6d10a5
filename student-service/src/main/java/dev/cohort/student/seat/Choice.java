package dev.cohort.student.seat;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Settings that are one of a few words: the constants of an enum in lower case. */
final class Choice {
  private Choice() {}

  /**
   * Reads a word.
   *
   * @throws IllegalArgumentException naming the key, the value and what is allowed
   */
  static <E extends Enum<E>> E of(String key, String value, Class<E> type) {
    E[] constants = type.getEnumConstants();
    return Arrays.stream(constants)
        .filter(constant -> word(constant).equals(value))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s is %s; allowed are %s"
                        .formatted(
                            key,
                            value,
                            Arrays.stream(constants)
                                .map(Choice::word)
                                .collect(Collectors.joining(", ")))));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
