package dev.cohort.crds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The definition only adds to the released ones. With {@code -Drelease} the present one is written
 * as the released one of its version.
 */
final class CompatibilityTest {
  private static final Path RELEASED = Path.of("released");
  private static final String SPEC = "v1alpha1.spec";

  @Test
  void addsOnlyToWhatWasReleased() throws IOException {
    JsonNode present = Definition.generate();
    if (System.getProperty("release") != null) {
      Files.createDirectories(RELEASED);
      Files.writeString(
          RELEASED.resolve(StudentEnsemble.VERSION + ".yaml"), Definition.text(present));
    }
    try (Stream<Path> files = Files.list(RELEASED)) {
      List<Path> released = files.filter(file -> file.toString().endsWith(".yaml")).toList();
      assertFalse(released.isEmpty(), "no released definition in " + RELEASED);
      for (Path file : released) {
        assertEquals(List.of(), Compatibility.broken(Definition.read(file), present), "" + file);
      }
    }
  }

  static Stream<Arguments> breaks() {
    return Stream.of(
        change("group: changed", d -> at(d, "/spec").put("group", "example.org")),
        change("scope: changed", d -> at(d, "/spec").put("scope", "Cluster")),
        change("names: changed", d -> at(d, "/spec/names").put("plural", "ensembles")),
        change("v1alpha1: not served any more", d -> version(d).put("served", false)),
        change("v1alpha1: not served any more", d -> version(d).put("name", "v1")),
        change(
            "v1alpha1: subresources changed",
            d -> ((ObjectNode) version(d).path("subresources")).remove("scale")),
        change(SPEC + ".paused: removed", d -> object(spec(d), "properties").remove("paused")),
        change(SPEC + ".paused: newly required", d -> spec(d).withArray("required").add("paused")),
        change(SPEC + ".paused: type changed", d -> field(d, "paused").put("type", "string")),
        change(SPEC + ".paused: default changed", d -> field(d, "paused").put("default", true)),
        change(SPEC + ".replicas: maximum lowered", d -> field(d, "replicas").put("maximum", 9)),
        change(SPEC + ".replicas: minimum raised", d -> field(d, "replicas").put("minimum", 2)),
        change(
            SPEC + ".imagePullSecrets: maxItems lowered",
            d -> field(d, "imagePullSecrets").put("maxItems", 7)),
        change(
            SPEC + ".imagePullSecrets: minItems raised",
            d -> field(d, "imagePullSecrets").put("minItems", 1)),
        change(
            SPEC + ".imagePullSecrets: x-kubernetes-list-type changed",
            d -> field(d, "imagePullSecrets").put("x-kubernetes-list-type", "atomic")),
        change(
            SPEC + ".imagePullSecrets[].name: maxLength lowered",
            d -> name(d).put("maxLength", 63)),
        change(
            SPEC + ".imagePullSecrets[].name: pattern changed", d -> name(d).put("pattern", "x")),
        change(
            SPEC + ".imagePullSecrets[].key: newly required",
            d -> object(field(d, "imagePullSecrets"), "items").withArray("required").add("key")),
        change(
            SPEC + ".regime: values of the enum removed",
            d -> field(d, "regime").withArray("enum").remove(0)),
        change(
            SPEC + ": new rule: self.paused",
            d ->
                spec(d)
                    .withArray("x-kubernetes-validations")
                    .addObject()
                    .put("rule", "self.paused")));
  }

  @ParameterizedTest
  @MethodSource("breaks")
  void seesWhatBreaks(String expected, Consumer<ObjectNode> change) {
    ObjectNode next = Definition.generate();
    change.accept(next);
    assertEquals(List.of(expected), Compatibility.broken(Definition.generate(), next));
  }

  static Stream<Arguments> additions() {
    return Stream.of(
        change("field", d -> object(spec(d), "properties").putObject("more").put("type", "string")),
        change("bound", d -> field(d, "replicas").put("maximum", 4096)),
        change("no bound", d -> field(d, "replicas").remove("maximum")),
        change("value", d -> field(d, "regime").withArray("enum").add("Mixed")),
        change("rule gone", d -> spec(d).withArray("x-kubernetes-validations").remove(0)),
        change("words", d -> field(d, "regime").put("description", "Other words.")),
        change("version", d -> d.withArray("/spec/versions").addObject().put("name", "v1beta1")));
  }

  @ParameterizedTest
  @MethodSource("additions")
  void allowsAdditions(String what, Consumer<ObjectNode> change) {
    ObjectNode next = Definition.generate();
    change.accept(next);
    assertEquals(List.of(), Compatibility.broken(Definition.generate(), next), what);
  }

  private static Arguments change(String what, Consumer<ObjectNode> change) {
    return Arguments.of(what, change);
  }

  private static ObjectNode at(ObjectNode definition, String pointer) {
    return (ObjectNode) definition.at(pointer);
  }

  private static ObjectNode object(ObjectNode parent, String name) {
    return (ObjectNode) parent.path(name);
  }

  private static ObjectNode version(ObjectNode definition) {
    return at(definition, "/spec/versions/0");
  }

  private static ObjectNode spec(ObjectNode definition) {
    return (ObjectNode) Definition.schema(definition).path("properties").path("spec");
  }

  private static ObjectNode field(ObjectNode definition, String name) {
    return (ObjectNode) spec(definition).path("properties").path(name);
  }

  private static ObjectNode name(ObjectNode definition) {
    return (ObjectNode) field(definition, "imagePullSecrets").at("/items/properties/name");
  }
}
