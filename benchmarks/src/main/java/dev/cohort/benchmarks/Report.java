package dev.cohort.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Rows for people and as JSON. Stateless. */
public final class Report {
  private static final String COLUMNS = "%-34s %12s %-7s %-12s %12s  %-5s %s";
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private Report() {}

  /** One line with the columns' names, then one for each row. */
  public static List<String> table(List<Row> rows) {
    List<String> lines = new ArrayList<>();
    lines.add(COLUMNS.formatted("name", "value", "unit", "bar", "baseline", "holds", "").strip());
    rows.forEach(row -> lines.add(line(row)));
    return lines;
  }

  /** The same as a table in Markdown. */
  public static List<String> markdown(List<Row> rows) {
    List<String> lines = new ArrayList<>();
    lines.add("| measure | bar | seen | baseline | holds | |");
    lines.add("|---|---|---|---|---|---|");
    for (Row row : rows) {
      lines.add(
          "| `%s` | %s | %s | %s | %s | %s |"
              .formatted(
                  row.name(),
                  bar(row),
                  row.value().isPresent() ? text(row.value()) + " " + row.unit() : "",
                  row.baseline().isPresent() ? text(row.baseline()) : "",
                  holds(row),
                  row.detail()));
    }
    return lines;
  }

  /** Writes an array with an object for each row. */
  public static void write(List<Row> rows, Path file) throws IOException {
    new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(file.toFile(), json(rows));
  }

  /** An array with an object for each row; null stands for what there is not. */
  public static ArrayNode json(List<Row> rows) {
    ArrayNode array = NODES.arrayNode();
    rows.forEach(row -> array.add(object(row)));
    return array;
  }

  private static ObjectNode object(Row row) {
    ObjectNode object = NODES.objectNode().put("name", row.name());
    number(object, "value", row.value());
    object.put("unit", row.unit());
    object.put("bar", row.bar().map(Bar::limit).orElse(null));
    object.put("bar_is", row.bar().map(bar -> bar.kind().sign()).orElse(null));
    object.put("holds", row.holds().orElse(null));
    number(object, "baseline", row.baseline());
    return object.put("detail", row.detail());
  }

  private static void number(ObjectNode object, String key, OptionalDouble value) {
    if (value.isPresent() && Double.isFinite(value.getAsDouble())) {
      object.put(key, value.getAsDouble());
    } else {
      object.putNull(key);
    }
  }

  private static String line(Row row) {
    return COLUMNS
        .formatted(
            row.name(),
            text(row.value()),
            row.unit(),
            bar(row),
            text(row.baseline()),
            holds(row),
            row.detail())
        .stripTrailing();
  }

  private static String bar(Row row) {
    return row.bar().map(bar -> bar.kind().sign() + " " + text(bar.limit())).orElse("-");
  }

  private static String holds(Row row) {
    return row.holds().map(holds -> holds ? "yes" : "no").orElse("-");
  }

  private static String text(OptionalDouble value) {
    return value.isPresent() ? text(value.getAsDouble()) : "-";
  }

  /** Three digits, more for large numbers. */
  private static String text(double value) {
    double size = Math.abs(value);
    String format = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f";
    return String.format(Locale.ROOT, format, value);
  }
}
