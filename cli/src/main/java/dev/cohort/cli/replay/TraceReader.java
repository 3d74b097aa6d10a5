package dev.cohort.cli.replay;

import dev.cohort.cli.CommandException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a trace file: CSV whose header begins with {@code arrival_s}. Without a column {@code
 * count} each row is a request; with it each row is a bin of as many requests, and rows of the same
 * arrival are added up. The bins' width is the smallest distance between two. Times count from the
 * first row. For one file; not thread-safe.
 */
final class TraceReader {
  /** Eleven days of seconds. */
  private static final int MAX_ROWS = 1_000_000;

  private static final String ARRIVAL = "arrival_s";
  private static final String COUNT = "count";

  private final Path file;
  private final List<Piece> rows = new ArrayList<>();
  private List<String> columns = List.of();
  private int line;
  private double origin = Double.NaN;
  private double last = Double.NEGATIVE_INFINITY;

  private TraceReader(Path file) {
    this.file = file;
  }

  /**
   * The trace in a file.
   *
   * @throws CommandException naming file, line and value of what is wrong
   */
  static Trace read(Path file) {
    TraceReader reader = new TraceReader(file);
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      reader.readHeader(lines.readLine());
      for (String row = lines.readLine(); row != null; row = lines.readLine()) {
        reader.readRow(row);
      }
    } catch (CharacterCodingException e) {
      throw CommandException.input("%s: the text is not UTF-8".formatted(file), e);
    } catch (IOException e) {
      throw CommandException.input("%s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
    return reader.trace();
  }

  private void readHeader(String header) {
    line = 1;
    columns = header == null ? List.of() : List.of(header.strip().split(",", -1));
    if (columns.isEmpty() || !columns.getFirst().equals(ARRIVAL)) {
      throw wrong(
          "the header is '%s'; a trace's header begins with '%s'"
              .formatted(header == null ? "" : shortened(header), ARRIVAL));
    }
  }

  private void readRow(String row) {
    line++;
    String[] values = row.strip().split(",", -1);
    if (values.length != columns.size()) {
      throw wrong(
          "'%s' has %d values; the header has %d"
              .formatted(shortened(row), values.length, columns.size()));
    }
    double arrival = arrival(values[0]);
    int count = columns.contains(COUNT) ? count(values[columns.indexOf(COUNT)]) : 1;
    add(arrival, count);
    if (rows.size() > MAX_ROWS) {
      throw wrong("there are more than %,d rows".formatted(MAX_ROWS));
    }
  }

  private void add(double arrival, int count) {
    boolean sameBin = columns.contains(COUNT) && arrival == last;
    if (!sameBin) {
      origin = Double.isNaN(origin) ? arrival : origin;
      rows.add(Piece.even(arrival - origin, 0, count));
      last = arrival;
      return;
    }
    Piece bin = rows.removeLast();
    Schedule.requireRoom((double) bin.count() + count);
    rows.add(Piece.even(bin.start(), 0, bin.count() + count));
  }

  private double arrival(String text) {
    double arrival;
    try {
      arrival = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw wrong("%s is '%s', which is no number".formatted(ARRIVAL, shortened(text)));
    }
    if (!Double.isFinite(arrival) || arrival < 0) {
      throw wrong("%s is %s; allowed are numbers from 0".formatted(ARRIVAL, text));
    }
    if (arrival < last) {
      throw wrong(
          "%s is %s, before the row above, %s; rows are in order of time"
              .formatted(ARRIVAL, text, last));
    }
    return arrival;
  }

  private int count(String text) {
    int count;
    try {
      count = Integer.parseInt(text);
    } catch (NumberFormatException e) {
      count = -1;
    }
    if (count < 0 || count > Schedule.MAX_REQUESTS) {
      throw wrong(
          "%s is '%s'; allowed are whole numbers from 0 to %d"
              .formatted(COUNT, shortened(text), Schedule.MAX_REQUESTS));
    }
    return count;
  }

  private Trace trace() {
    if (rows.isEmpty()) {
      throw CommandException.input("%s: the trace has no rows".formatted(file));
    }
    String name = file.getFileName().toString();
    double end = rows.getLast().start();
    if (!columns.contains(COUNT)) {
      // As many gaps as requests, so that requests / length is one over the mean gap.
      double seconds = rows.size() == 1 ? 0 : end * rows.size() / (rows.size() - 1);
      return new Trace(name, rows, seconds);
    }
    double width = binWidth();
    List<Piece> bins =
        rows.stream().map(row -> Piece.even(row.start(), width, row.count())).toList();
    return new Trace(name, bins, end + width);
  }

  private double binWidth() {
    double width = Double.POSITIVE_INFINITY;
    for (int row = 1; row < rows.size(); row++) {
      width = Math.min(width, rows.get(row).start() - rows.get(row - 1).start());
    }
    if (Double.isInfinite(width)) {
      throw CommandException.input(
          "%s: bins need at least two different values of %s; their width is the distance"
              .formatted(file, ARRIVAL));
    }
    return width;
  }

  private CommandException wrong(String what) {
    return CommandException.input("%s, line %d: %s".formatted(file, line, what));
  }

  private static String shortened(String text) {
    return text.length() <= 60 ? text : text.substring(0, 60) + "...";
  }
}
