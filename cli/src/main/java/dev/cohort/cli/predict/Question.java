package dev.cohort.cli.predict;

import dev.cohort.cli.CommandException;
import java.util.Optional;

/**
 * One row of text.
 *
 * @param second the second text of a pair; empty for a single text
 */
record Question(String first, Optional<String> second) {
  /** A single text. */
  static Question single(String text) {
    return new Question(text, Optional.empty());
  }

  /**
   * Two texts with a tab between them.
   *
   * @throws CommandException when there is not exactly one tab
   */
  static Question pair(String line) {
    String[] texts = line.split("\t", -1);
    if (texts.length != 2) {
      throw CommandException.input(
          "with --pair each text needs exactly one tab between text_a and text_b, not %d: %s"
              .formatted(texts.length - 1, shortened(line)));
    }
    return new Question(texts[0], Optional.of(texts[1]));
  }

  /** The text or texts, on one line. */
  String line() {
    return second.map(text -> first + "\t" + text).orElse(first);
  }

  private static String shortened(String line) {
    return line.length() <= 60 ? line : line.substring(0, 60) + "...";
  }
}
