package dev.cohort.crds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.crdv2.generator.CRDGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.StreamSupport;

/** The definition of the resource: generated from the Java types, and read from files. */
final class Definition {
  /** The committed one, which the module's jar contains. */
  static final Path COMMITTED = Path.of("src/main/resources" + StudentEnsemble.DEFINITION);

  private static final String HEADER =
      "# Generated from the Java types of this module; DefinitionTest writes and compares it.\n";

  /** As kubectl shows them, the wide ones last. */
  private static final List<String> COLUMNS =
      List.of("Ready", "Prefix", "Seats", "Reason", "Age", "Mode", "Regime", "Package");

  private static final YAMLMapper YAML =
      new YAMLMapper(
          YAMLFactory.builder()
              .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
              .disable(YAMLGenerator.Feature.SPLIT_LINES)
              .build());

  private Definition() {}

  /** The definition as the Java types have it, completed with what annotations cannot say. */
  static ObjectNode generate() {
    ObjectNode definition = parse(generated());
    for (JsonNode version : definition.path("spec").path("versions")) {
      JsonNode schema = version.path("schema").path("openAPIV3Schema");
      for (String part : List.of("spec", "status")) {
        Class<?> type =
            part.equals("spec") ? StudentEnsembleSpec.class : StudentEnsembleStatus.class;
        SchemaCompletion.complete((ObjectNode) schema.path("properties").path(part), type);
      }
      sortColumns((ArrayNode) version.path("additionalPrinterColumns"));
    }
    return definition;
  }

  /** The schema of the only version. */
  static JsonNode schema(JsonNode definition) {
    return definition.path("spec").path("versions").path(0).path("schema").path("openAPIV3Schema");
  }

  static ObjectNode read(Path file) {
    try {
      return parse(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ObjectNode parse(String yaml) {
    try {
      return (ObjectNode) YAML.readTree(yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text of a definition's file. */
  static String text(JsonNode definition) {
    try {
      return HEADER + YAML.writeValueAsString(definition);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String generated() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new CRDGenerator()
        .customResourceClasses(StudentEnsemble.class)
        .forCRDVersions("v1")
        .withOutput(
            new CRDGenerator.AbstractCRDOutput<ByteArrayOutputStream>() {
              @Override
              protected ByteArrayOutputStream createStreamFor(String name) {
                return bytes;
              }
            })
        .generate();
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static void sortColumns(ArrayNode columns) {
    List<JsonNode> sorted =
        StreamSupport.stream(columns.spliterator(), false)
            .sorted(Comparator.comparing(column -> COLUMNS.indexOf(column.path("name").asText())))
            .toList();
    columns.removeAll();
    columns.addAll(sorted);
  }
}
