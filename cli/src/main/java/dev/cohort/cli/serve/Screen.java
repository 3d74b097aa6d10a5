package dev.cohort.cli.serve;

import java.io.PrintStream;
import java.util.List;

/**
 * Lines at the foot of a terminal that are drawn anew in place. Not for concurrent use, and nothing
 * else may print between two drawings but after {@link #clear}.
 */
final class Screen {
  // Long lines must not wrap: then their number would not be the number of rows.
  private static final String NO_WRAP = "\u001b[?7l";
  private static final String WRAP = "\u001b[?7h";
  private static final String TO_THE_END = "\u001b[J";

  private final PrintStream out;
  private int rows;

  Screen(PrintStream out) {
    this.out = out;
  }

  /** Draws these lines in place of those drawn before. */
  void draw(List<String> lines) {
    StringBuilder text = new StringBuilder(begin()).append(NO_WRAP);
    lines.forEach(line -> text.append(line).append('\n'));
    out.print(text.append(WRAP));
    out.flush();
    rows = lines.size();
  }

  /** Takes the lines away. */
  void clear() {
    out.print(begin());
    out.flush();
    rows = 0;
  }

  private String begin() {
    return rows == 0 ? "" : "\u001b[%dA\r%s".formatted(rows, TO_THE_END);
  }
}
