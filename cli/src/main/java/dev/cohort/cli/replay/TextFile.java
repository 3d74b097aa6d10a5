package dev.cohort.cli.replay;

import dev.cohort.cli.CommandException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads texts: values with tabs between them, no quoting, a header that names {@code text} or
 * {@code text_a} and {@code text_b}, and {@code label} if there are labels. Stateless.
 */
public final class TextFile {
  private static final long MAX_BYTES = 64L << 20;
  private static final String TEXT = "text";
  private static final String TEXT_A = "text_a";
  private static final String TEXT_B = "text_b";
  private static final String LABEL = "label";

  /** Where the columns are; -1 for one that is not there. */
  private record Columns(int number, int first, int second, int label) {}

  private TextFile() {}

  /**
   * The rows of a file, in its order; at least one.
   *
   * @throws CommandException naming file and line of what is wrong
   */
  public static List<TextRow> read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw CommandException.input("--texts is %s, which is no file".formatted(file));
    }
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      if (Files.size(file) > MAX_BYTES) {
        throw CommandException.input(
            "%s has %d bytes; at most %d are allowed".formatted(file, Files.size(file), MAX_BYTES));
      }
      return rows(file, lines);
    } catch (CharacterCodingException e) {
      throw CommandException.input("%s: the text is not UTF-8".formatted(file), e);
    } catch (IOException e) {
      throw CommandException.input("%s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static List<TextRow> rows(Path file, BufferedReader lines) throws IOException {
    Columns columns = columns(file, lines.readLine());
    List<TextRow> rows = new ArrayList<>();
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] values = line.split("\t", -1);
      if (values.length != columns.number()) {
        throw CommandException.input(
            "%s, line %d: %d values; the header has %d"
                .formatted(file, rows.size() + 2, values.length, columns.number()));
      }
      rows.add(
          new TextRow(
              values[columns.first()],
              value(values, columns.second()),
              value(values, columns.label())));
    }
    if (rows.isEmpty()) {
      throw CommandException.input("%s has no rows".formatted(file));
    }
    return rows;
  }

  private static Columns columns(Path file, String header) {
    List<String> names = header == null ? List.of() : Arrays.asList(header.split("\t", -1));
    boolean pair = names.contains(TEXT_A) && names.contains(TEXT_B);
    if (!pair && !names.contains(TEXT)) {
      throw CommandException.input(
          "%s, line 1: the columns are %s; '%s' is needed, or '%s' and '%s', with tabs between them"
              .formatted(file, names, TEXT, TEXT_A, TEXT_B));
    }
    return new Columns(
        names.size(),
        names.indexOf(pair ? TEXT_A : TEXT),
        pair ? names.indexOf(TEXT_B) : -1,
        names.indexOf(LABEL));
  }

  private static Optional<String> value(String[] values, int column) {
    return column < 0 ? Optional.empty() : Optional.of(values[column]);
  }
}
