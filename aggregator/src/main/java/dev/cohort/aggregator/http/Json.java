package dev.cohort.aggregator.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** JSON as this server reads and writes it. Stateless. */
final class Json {
  /** Nobody nests tensors deeper; the parser stops there. */
  private static final int MAX_DEPTH = 32;

  /** The longest 64-bit number has 20 digits; more are refused before they are converted. */
  private static final int MAX_NUMBER_CHARACTERS = 64;

  private static final int MAX_NAME_CHARACTERS = 1024;

  /** Thread-safe. Text is bounded by the body, which is bounded before it is parsed. */
  static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_NUMBER_CHARACTERS)
                  .maxNameLength(MAX_NAME_CHARACTERS)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  /** Writes a document. */
  @FunctionalInterface
  interface Body {
    void write(JsonGenerator json) throws IOException;
  }

  private Json() {}

  /** A document as UTF-8. */
  static byte[] bytes(Body body) {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    try (JsonGenerator json = FACTORY.createGenerator(output)) {
      body.write(json);
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed; this is a bug", e);
    }
    return output.toByteArray();
  }

  /** {@code {"error": text}}, the only form of error that all clients read. */
  static byte[] error(String text) {
    return bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("error", text);
          json.writeEndObject();
        });
  }

  /**
   * Writes a float so that every reader gets the identical one. The short form is exact for readers
   * of floats; most readers go through a double, and where rounding twice would give another float
   * the long form is written.
   */
  static void number(JsonGenerator json, float value) throws IOException {
    String text = Float.toString(value);
    json.writeNumber(
        (float) Double.parseDouble(text) == value ? text : Double.toString((double) value));
  }
}
