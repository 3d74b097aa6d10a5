package dev.cohort.student.seat;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes in bytes as people write them: a whole number and a unit, or none. */
final class ByteSize {
  private static final Pattern FORM = Pattern.compile("(\\d{1,15})(|k|M|G|T|Ki|Mi|Gi|Ti)");
  private static final Map<String, Long> UNITS =
      Map.of(
          "",
          1L,
          "k",
          1000L,
          "M",
          1_000_000L,
          "G",
          1_000_000_000L,
          "T",
          1_000_000_000_000L,
          "Ki",
          1L << 10,
          "Mi",
          1L << 20,
          "Gi",
          1L << 30,
          "Ti",
          1L << 40);

  private ByteSize() {}

  /**
   * Reads a size.
   *
   * @throws IllegalArgumentException naming the key, the value and what is allowed
   */
  static long parse(String key, String text) {
    Matcher size = FORM.matcher(text.strip());
    try {
      if (size.matches()) {
        return Math.multiplyExact(Long.parseLong(size.group(1)), UNITS.get(size.group(2)));
      }
    } catch (ArithmeticException e) {
      // More bytes than a long counts; refused as what it is, below.
    }
    throw new IllegalArgumentException(
        "%s is %s; allowed are bytes, with or without a unit of k, M, G, T, Ki, Mi, Gi, Ti, such as 512Mi"
            .formatted(key, text));
  }
}
