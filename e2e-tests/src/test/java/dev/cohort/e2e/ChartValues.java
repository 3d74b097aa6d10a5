package dev.cohort.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The values of a chart: their defaults, what the lines {@code # -- TEXT} say of them, and their
 * schema.
 *
 * @param defaults values.yaml
 * @param meanings by path, such as {@code images.registry}
 * @param schema values.schema.json
 */
record ChartValues(JsonNode defaults, Map<String, String> meanings, JsonNode schema) {
  private static final String BEGIN = "<!-- The values: generated from values.yaml. -->\n";
  private static final String END = "<!-- End of the values. -->\n";
  private static final String MARK = "# -- ";
  private static final Pattern KEY = Pattern.compile("( *)([A-Za-z]\\w*):.*");
  private static final int INDENT = 2;

  static ChartValues read(Path chart) throws IOException {
    String values = Files.readString(chart.resolve("values.yaml"));
    return new ChartValues(
        new ObjectMapper(new YAMLFactory()).readTree(values),
        meanings(values),
        new ObjectMapper().readTree(Files.readString(chart.resolve("values.schema.json"))));
  }

  /** Puts the table between its marks. */
  String intoPage(String page) {
    int begin = page.indexOf(BEGIN);
    int end = page.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalStateException("the page lacks the marks of the table of values");
    }
    return page.substring(0, begin + BEGIN.length()) + "\n" + table() + "\n" + page.substring(end);
  }

  /** Values of which neither they nor what they are part of is documented. */
  List<String> undocumented() {
    List<String> found = new ArrayList<>();
    findUndocumented("", defaults, found);
    return found;
  }

  /** Documented values that the schema does not know. */
  List<String> missingInSchema() {
    return meanings.keySet().stream().filter(path -> inSchema(path).isEmpty()).toList();
  }

  /** Values of the schema that values.yaml does not have; {@code global} is Helm's. */
  List<String> onlyInSchema() {
    List<String> found = new ArrayList<>();
    findOnlyInSchema("", schema, found);
    found.remove("global");
    return found;
  }

  /** Objects of the schema that have properties and take others too. */
  List<String> looseObjects() {
    List<String> found = new ArrayList<>();
    findLoose("", schema, found);
    return found;
  }

  private String table() {
    StringBuilder table = new StringBuilder("| value | default | meaning |\n|---|---|---|\n");
    meanings.forEach(
        (path, meaning) ->
            table.append(
                "| `%s` | `%s` | %s |\n"
                    .formatted(path, at(defaults, path).orElseThrow(), meaning)));
    return table.toString();
  }

  private void findUndocumented(String path, JsonNode value, List<String> found) {
    if (meanings.containsKey(path)) {
      return;
    }
    if (!value.isObject() || value.isEmpty()) {
      found.add(path);
    }
    value
        .properties()
        .forEach(entry -> findUndocumented(join(path, entry.getKey()), entry.getValue(), found));
  }

  private void findOnlyInSchema(String path, JsonNode part, List<String> found) {
    for (Map.Entry<String, JsonNode> property : resolve(part).path("properties").properties()) {
      String name = join(path, property.getKey());
      if (at(defaults, name).isEmpty() && !isPassedOn(name)) {
        found.add(name);
      }
      findOnlyInSchema(name, property.getValue(), found);
    }
  }

  /** Below a documented value the schema may know more than its default shows. */
  private boolean isPassedOn(String path) {
    return meanings.keySet().stream().anyMatch(known -> path.startsWith(known + "."));
  }

  private void findLoose(String path, JsonNode part, List<String> found) {
    JsonNode node = resolve(part);
    boolean isOfItems = path.endsWith("[]");
    if (node.has("properties") && !isOfItems && node.path("additionalProperties").asBoolean(true)) {
      found.add(path);
    }
    node.path("properties")
        .properties()
        .forEach(entry -> findLoose(join(path, entry.getKey()), entry.getValue(), found));
    if (node.has("items")) {
      findLoose(path + "[]", node.path("items"), found);
    }
  }

  private Optional<JsonNode> inSchema(String path) {
    JsonNode node = schema;
    for (String name : path.split("\\.")) {
      node = resolve(node).path("properties").path(name);
    }
    return node.isMissingNode() ? Optional.empty() : Optional.of(node);
  }

  private JsonNode resolve(JsonNode part) {
    return part.has("$ref") ? schema.at(part.path("$ref").asText().substring(1)) : part;
  }

  private static Optional<JsonNode> at(JsonNode from, String path) {
    JsonNode node = from.at("/" + path.replace('.', '/'));
    return node.isMissingNode() ? Optional.empty() : Optional.of(node);
  }

  private static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  private static Map<String, String> meanings(String values) {
    Map<String, String> meanings = new LinkedHashMap<>();
    Deque<String> path = new ArrayDeque<>();
    String meaning = "";
    for (String line : values.lines().toList()) {
      Matcher key = KEY.matcher(line);
      if (line.strip().startsWith(MARK)) {
        meaning = line.strip().substring(MARK.length());
      } else if (key.matches()) {
        while (path.size() > key.group(1).length() / INDENT) {
          path.removeLast();
        }
        path.addLast(key.group(2));
        if (!meaning.isEmpty()) {
          meanings.put(String.join(".", path), meaning);
        }
        meaning = "";
      }
    }
    return meanings;
  }
}
