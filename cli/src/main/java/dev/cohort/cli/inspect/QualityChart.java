package dev.cohort.cli.inspect;

import dev.cohort.packages.Manifest.Interval;
import dev.cohort.packages.Manifest.Quality;
import dev.cohort.packages.Manifest.Split;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A chart of prefix quality in characters: one row for each prefix, {@code ●} at the measured
 * figure, {@code ─} over its 95 % interval, {@code ┆} where the teacher is. Stateless.
 */
final class QualityChart {
  private static final int WIDTH = 50;
  private static final String ROW = "%-9s %8.4f  %.4f..%.4f  %s";

  /** Value at the left edge, and how much one column is worth. */
  private record Scale(double left, double step) {
    static Scale of(Split split) {
      List<Interval> all = new ArrayList<>(split.prefixIntervals());
      all.add(split.teacherInterval());
      double least = all.stream().mapToDouble(Interval::lower).min().orElseThrow();
      double most = all.stream().mapToDouble(Interval::upper).max().orElseThrow();
      double step = Math.max(most - least, 1e-6) / (WIDTH - 1);
      return new Scale(least, step);
    }

    int column(double value) {
      return Math.clamp(Math.round((value - left) / step), 0, WIDTH - 1);
    }

    double right() {
      return left + step * (WIDTH - 1);
    }
  }

  private QualityChart() {}

  /** The chart of one split. */
  static List<String> lines(Quality quality, String name, Split split) {
    Scale scale = Scale.of(split);
    int teacher = scale.column(split.teacher());
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%s on %s, %,d rows, with 95 %% intervals",
            quality.metric().name().toLowerCase(Locale.ROOT),
            name,
            split.rows()));
    for (int k = 1; k <= split.prefixes().size(); k++) {
      double value = split.prefixes().get(k - 1);
      lines.add(row("prefix " + k, value, split.prefixIntervals().get(k - 1), scale, teacher));
    }
    lines.add(row("teacher", split.teacher(), split.teacherInterval(), scale, teacher));
    lines.add(String.format(Locale.ROOT, "%36s%-25.4f%25.4f", "", scale.left(), scale.right()));
    return lines;
  }

  private static String row(
      String name, double value, Interval interval, Scale scale, int teacher) {
    char[] cells = new char[WIDTH];
    Arrays.fill(cells, ' ');
    Arrays.fill(cells, scale.column(interval.lower()), scale.column(interval.upper()) + 1, '─');
    cells[teacher] = '┆';
    cells[scale.column(value)] = '●';
    return String.format(
            Locale.ROOT, ROW, name, value, interval.lower(), interval.upper(), new String(cells))
        .stripTrailing();
  }
}
