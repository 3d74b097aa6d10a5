package dev.cohort.crds;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The committed definition is what the Java types say. With {@code -Dupdate} it is written. */
final class DefinitionTest {
  @Test
  void isGenerated() throws IOException {
    String text = Definition.text(Definition.generate());
    if (System.getProperty("update") != null) {
      Files.createDirectories(Definition.COMMITTED.getParent());
      Files.writeString(Definition.COMMITTED, text);
    }
    assertEquals(
        text,
        Files.readString(Definition.COMMITTED),
        "write it anew with: mvn verify -pl crds -Dtest=DefinitionTest,PageTest -Dupdate");
  }

  @Test
  void boundsEverything() {
    List<String> unbounded = new ArrayList<>();
    findUnbounded("", Definition.schema(Definition.generate()), unbounded);
    assertEquals(List.of(), unbounded);
  }

  @Test
  void seesWhatIsUnbounded() {
    List<String> unbounded = new ArrayList<>();
    JsonNode schema =
        Definition.parse(
            """
            type: object
            properties:
              text: {type: string}
              texts: {type: array, maxItems: 3, items: {type: string, maxLength: 3}}
              map: {type: object, additionalProperties: {type: string, maxLength: 3}}
              list: {type: array, items: {type: integer}}
              amount: {x-kubernetes-int-or-string: true}
              anything: {type: object, x-kubernetes-preserve-unknown-fields: true}
            """);
    findUnbounded("", schema, unbounded);
    assertEquals(List.of(".text", ".map", ".list", ".amount", ".anything"), unbounded);
  }

  /** What the constructors fill in is what the API server fills in. */
  @Test
  void defaultsAreThoseOfTheConstructors() throws IOException {
    String smallest = "package:\n  persistentVolumeClaim: {claimName: x}\n  https: {url: y}\n";
    JsonNode expected = Definition.parse(smallest);
    applyDefaults(
        Definition.schema(Definition.generate()).path("properties").path("spec"), expected);
    assertEquals(expected, Resources.json(Resources.spec(smallest)));
  }

  private static void applyDefaults(JsonNode schema, JsonNode value) {
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      JsonNode filled = property.getValue().get("default");
      if (!value.has(property.getKey()) && filled != null) {
        ((ObjectNode) value).set(property.getKey(), filled.deepCopy());
      }
      if (value.has(property.getKey())) {
        applyDefaults(property.getValue(), value.get(property.getKey()));
      }
    }
  }

  private static void findUnbounded(String path, JsonNode schema, List<String> found) {
    if (!isBounded(schema)) {
      found.add(path);
    }
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      findUnbounded(path + "." + property.getKey(), property.getValue(), found);
    }
    for (String children : List.of("items", "additionalProperties")) {
      if (schema.has(children)) {
        findUnbounded(path + "[]", schema.path(children), found);
      }
    }
  }

  private static boolean isBounded(JsonNode schema) {
    if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
      return schema.has("maxLength");
    }
    return switch (schema.path("type").asText()) {
      case "string" -> schema.has("maxLength") || schema.has("enum");
      case "array" -> schema.has("maxItems");
      case "object" ->
          schema.has("additionalProperties")
              ? schema.has("maxProperties")
              : schema.has("properties");
      case "integer", "number", "boolean" -> true;
      default -> false;
    };
  }
}
