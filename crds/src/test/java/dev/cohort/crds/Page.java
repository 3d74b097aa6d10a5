package dev.cohort.crds;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The reference page of the resource, written from its definition. */
final class Page {
  /** Kubernetes' own types, described there. */
  private static final Set<String> FOREIGN = Set.of("affinity");

  private final StringBuilder text = new StringBuilder();
  private final List<String> rules = new ArrayList<>();

  private Page() {}

  /** The whole page. */
  static String of(JsonNode definition) {
    JsonNode schema = Definition.schema(definition);
    Page spec = new Page();
    spec.section("spec", schema.path("properties").path("spec"));
    Page status = new Page();
    status.section("status", schema.path("properties").path("status"));
    Page root = new Page();
    root.collectRules("metadata", schema);
    return """
        # StudentEnsemble

        <!-- Generated from the definition; PageTest writes and compares it. -->

        `%s/%s`, short name `sens`, namespaced. The smallest one:

        ```yaml
        apiVersion: %s/%s
        kind: StudentEnsemble
        metadata:
          name: clinc150
        spec:
          package:
            persistentVolumeClaim:
              claimName: packages
        ```

        The definition is [`studentensembles.cohort.dev.yaml`](../../crds/src/main/resources/dev/cohort/crds/studentensembles.cohort.dev.yaml).
        Later versions only add to it. `kubectl scale` and autoscalers use `spec.replicas`, which counts where `spec.scaling.mode` is `External` or `Off`.
        Unknown fields are refused by `kubectl` and dropped by the API server. Names of resources end up in DNS names: at most 63 characters, a letter first, no dots.

        In the tables, a field in bold must be given. Texts have at least one character where a pattern is given. A quantity is a number
        with a unit of Kubernetes, such as `500m` or `2Gi`.

        ## Spec

        %s
        ## Rules

        Beside types and bounds, the API server checks:

        | where | what it says otherwise |
        |---|---|
        %s
        ## Status

        Written by the operator only.

        %s
        ### Conditions

        | type | when it is `True` |
        |---|---|
        %s"""
        .formatted(
            StudentEnsemble.GROUP,
            StudentEnsemble.VERSION,
            StudentEnsemble.GROUP,
            StudentEnsemble.VERSION,
            spec.text,
            String.join("", root.rules) + String.join("", spec.rules),
            status.text,
            conditions());
  }

  private static String conditions() {
    return Arrays.stream(ConditionType.values())
        .map(type -> "| `%s` | %s |\n".formatted(type.value(), type.meaning()))
        .collect(Collectors.joining());
  }

  private void section(String path, JsonNode schema) {
    collectRules(path, schema);
    text.append("| `").append(path).append("` | type | default | meaning |\n|---|---|---|---|\n");
    for (Map.Entry<String, JsonNode> field : schema.path("properties").properties()) {
      text.append(row(field.getKey(), field.getValue(), isRequired(schema, field.getKey())));
    }
    text.append('\n');
    for (Map.Entry<String, JsonNode> field : schema.path("properties").properties()) {
      JsonNode record = recordOf(field.getValue());
      if (record.has("properties") && !FOREIGN.contains(field.getKey())) {
        String suffix = field.getValue().has("items") ? "[]" : "";
        section(path + "." + field.getKey() + suffix, record);
      }
    }
  }

  private static JsonNode recordOf(JsonNode field) {
    return field.has("items") ? field.path("items") : field;
  }

  private static boolean isRequired(JsonNode schema, String name) {
    for (JsonNode required : schema.path("required")) {
      if (required.asText().equals(name)) {
        return true;
      }
    }
    return false;
  }

  private static String row(String name, JsonNode field, boolean required) {
    String mark = required ? "**" : "";
    return "| %s`%s`%s | %s | %s | %s |\n"
        .formatted(
            mark,
            name,
            mark,
            type(name, field),
            defaultOf(field),
            field.path("description").asText());
  }

  private static String defaultOf(JsonNode field) {
    return field.path("default").isValueNode() ? "`" + field.path("default").asText() + "`" : "";
  }

  private static String type(String name, JsonNode field) {
    if (FOREIGN.contains(name)) {
      return "object of Kubernetes";
    }
    if (field.path("x-kubernetes-int-or-string").asBoolean()) {
      return "quantity";
    }
    return switch (field.path("type").asText()) {
      case "string" -> text(field);
      case "array" -> list(name, field);
      case "object" -> field.has("additionalProperties") ? map(name, field) : "object";
      case "boolean" -> "boolean";
      default -> number(field);
    };
  }

  private static String text(JsonNode field) {
    if (field.has("enum")) {
      List<String> values = new ArrayList<>();
      field.path("enum").forEach(value -> values.add("`" + value.asText() + "`"));
      return String.join(", ", values);
    }
    String bound = "text, at most " + field.path("maxLength").asInt() + " characters";
    return field.has("pattern") ? bound + ", `" + escaped(field.path("pattern")) + "`" : bound;
  }

  private static String escaped(JsonNode pattern) {
    return pattern.asText().replace("|", "\\|");
  }

  private static String list(String name, JsonNode field) {
    String keys =
        switch (field.path("x-kubernetes-list-type").asText()) {
          case "map" ->
              ", unique by "
                  + texts(field.path("x-kubernetes-list-map-keys")).stream()
                      .map(key -> "`" + key + "`")
                      .collect(Collectors.joining(" and "));
          case "set" -> ", unique";
          default -> "";
        };
    JsonNode items = field.path("items");
    String element = items.has("properties") ? "objects" : "each " + type(name, items);
    return "list of at most " + field.path("maxItems").asInt() + keys + "; " + element;
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  private static String map(String name, JsonNode field) {
    return "map of at most "
        + field.path("maxProperties").asInt()
        + "; each "
        + type(name, field.path("additionalProperties"));
  }

  private static String number(JsonNode field) {
    String kind = field.path("type").asText();
    if (!field.has("minimum")) {
      return kind;
    }
    return kind + ", " + plain(field.path("minimum")) + " to " + plain(field.path("maximum"));
  }

  private static String plain(JsonNode number) {
    return new BigDecimal(number.asText()).stripTrailingZeros().toPlainString();
  }

  private void collectRules(String path, JsonNode schema) {
    for (JsonNode rule : schema.path("x-kubernetes-validations")) {
      rules.add(
          "| `%s%s` | %s |\n"
              .formatted(path, rule.path("fieldPath").asText(), rule.path("message").asText()));
    }
  }
}
