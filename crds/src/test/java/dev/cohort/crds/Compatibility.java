package dev.cohort.crds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What in a definition could break objects that were stored, or clients that were written, with an
 * earlier one. Additions that nobody has to use are no difference.
 */
final class Compatibility {
  private static final List<String> UPPER =
      List.of("maximum", "maxLength", "maxItems", "maxProperties");
  private static final List<String> LOWER =
      List.of("minimum", "minLength", "minItems", "minProperties");
  private static final List<String> SAME =
      List.of(
          "type",
          "default",
          "nullable",
          "x-kubernetes-int-or-string",
          "x-kubernetes-preserve-unknown-fields",
          "x-kubernetes-list-type",
          "x-kubernetes-list-map-keys",
          "x-kubernetes-map-type");

  private final List<String> broken = new ArrayList<>();

  private Compatibility() {}

  /** Sentences, each about one thing that is not additive; empty when everything is. */
  static List<String> broken(JsonNode released, JsonNode next) {
    Compatibility compatibility = new Compatibility();
    compatibility.compareDefinitions(released.path("spec"), next.path("spec"));
    return compatibility.broken;
  }

  private void compareDefinitions(JsonNode released, JsonNode next) {
    for (String field : List.of("group", "scope", "names")) {
      if (!released.path(field).equals(next.path(field))) {
        broken.add(field + ": changed");
      }
    }
    for (JsonNode version : released.path("versions")) {
      compareVersions(version, find(next.path("versions"), version.path("name").asText()));
    }
  }

  private static JsonNode find(JsonNode versions, String name) {
    for (JsonNode version : versions) {
      if (version.path("name").asText().equals(name)) {
        return version;
      }
    }
    return MissingNode.getInstance();
  }

  private void compareVersions(JsonNode released, JsonNode next) {
    String name = released.path("name").asText();
    if (next.isMissingNode() || !next.path("served").asBoolean()) {
      broken.add(name + ": not served any more");
      return;
    }
    if (!next.path("subresources").equals(released.path("subresources"))) {
      broken.add(name + ": subresources changed");
    }
    JsonNode schema = released.path("schema").path("openAPIV3Schema");
    compare(name, schema, next.path("schema").path("openAPIV3Schema"));
  }

  private void compare(String path, JsonNode released, JsonNode next) {
    compareRequired(path, released, next);
    compareValues(path, released, next);
    compareRules(path, released, next);
    for (Map.Entry<String, JsonNode> property : released.path("properties").properties()) {
      String child = path + "." + property.getKey();
      JsonNode other = next.path("properties").path(property.getKey());
      if (other.isMissingNode()) {
        broken.add(child + ": removed");
      } else {
        compare(child, property.getValue(), other);
      }
    }
    for (String children : List.of("items", "additionalProperties")) {
      if (released.has(children)) {
        compare(path + "[]", released.path(children), next.path(children));
      }
    }
  }

  private void compareRequired(String path, JsonNode released, JsonNode next) {
    for (String name : texts(next.path("required"))) {
      if (!texts(released.path("required")).contains(name)) {
        broken.add(path + "." + name + ": newly required");
      }
    }
  }

  private void compareValues(String path, JsonNode released, JsonNode next) {
    for (String keyword : SAME) {
      if (!released.path(keyword).equals(next.path(keyword))) {
        broken.add(path + ": " + keyword + " changed");
      }
    }
    for (String keyword : UPPER) {
      if (isTighter(released, next, keyword, 1)) {
        broken.add(path + ": " + keyword + " lowered");
      }
    }
    for (String keyword : LOWER) {
      if (isTighter(released, next, keyword, -1)) {
        broken.add(path + ": " + keyword + " raised");
      }
    }
    if (next.has("pattern") && !next.path("pattern").equals(released.path("pattern"))) {
      broken.add(path + ": pattern changed");
    }
    if (next.has("enum") && !isWider(released, next)) {
      broken.add(path + ": values of the enum removed");
    }
  }

  private static boolean isTighter(JsonNode released, JsonNode next, String keyword, int sign) {
    if (!next.has(keyword)) {
      return false;
    }
    return !released.has(keyword)
        || sign * next.path(keyword).asDouble() < sign * released.path(keyword).asDouble();
  }

  private static boolean isWider(JsonNode released, JsonNode next) {
    return released.has("enum")
        && texts(next.path("enum")).containsAll(texts(released.path("enum")));
  }

  private void compareRules(String path, JsonNode released, JsonNode next) {
    Set<String> rules = new HashSet<>();
    released
        .path("x-kubernetes-validations")
        .forEach(rule -> rules.add(rule.path("rule").asText()));
    for (JsonNode rule : next.path("x-kubernetes-validations")) {
      if (!rules.contains(rule.path("rule").asText())) {
        broken.add(path + ": new rule: " + rule.path("rule").asText());
      }
    }
  }

  private static Set<String> texts(JsonNode list) {
    Set<String> texts = new HashSet<>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
