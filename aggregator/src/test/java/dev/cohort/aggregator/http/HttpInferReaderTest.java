package dev.cohort.aggregator.http;

import static dev.cohort.aggregator.Requests.longs;
import static dev.cohort.aggregator.Requests.raw;
import static dev.cohort.aggregator.Requests.refusal;
import static dev.cohort.aggregator.Requests.texts;
import static dev.cohort.aggregator.Requests.typed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.protocol.inference.ModelInferRequest;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class HttpInferReaderTest {
  private static HttpInferRequest read(String json) {
    return HttpInferReader.read(
        "m", "", json.getBytes(StandardCharsets.UTF_8), OptionalInt.empty());
  }

  private static HttpInferRequest read(String json, ByteString binary) {
    byte[] head = json.getBytes(StandardCharsets.UTF_8);
    ByteString body = ByteString.copyFrom(head).concat(binary);
    return HttpInferReader.read("m", "", body.toByteArray(), OptionalInt.of(head.length));
  }

  private static void assertRefused(String json, String... parts) {
    assertInvalid(refusal(() -> read(json)), parts);
  }

  private static void assertInvalid(RefusedException refused, String... parts) {
    assertEquals(Status.Code.INVALID_ARGUMENT, refused.code());
    for (String part : parts) {
      assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }
  }

  @Test
  void jsonIsTheTypedMessageWhateverTheOrderOfKeys() {
    ModelInferRequest expected =
        typed(
            "m",
            texts("text", List.of(2L, 1L), "a\"b", "ü😀"),
            longs("input_ids", List.of(1L, 2L), 1, -2));
    String json =
        """
        {"model_name": "other", "unknown": [{"x": [1, {}]}],
         "inputs": [
           {"data": ["a\\"b", ["\\u00fc\\ud83d\\ude00"]], "shape": [2, 1], "datatype": "BYTES", "name": "text"},
           {"name": "input_ids", "shape": [1, 2], "datatype": "INT64", "data": [[1, -2]]}]}
        """;
    assertEquals(expected, read(json).message());
  }

  @Test
  void binaryIsTheRawMessage() {
    ModelInferRequest expected =
        raw(typed("m", texts("text", List.of(2L), "a", "bc"), longs("n", List.of(1L), 7)));
    int textSize = expected.getRawInputContents(0).size();
    String json =
        """
        {"inputs": [
          {"name": "text", "shape": [2], "datatype": "BYTES", "parameters": {"binary_data_size": %d}},
          {"name": "n", "shape": [1], "datatype": "INT64", "parameters": {"binary_data_size": 8}}]}
        """
            .formatted(textSize);
    ByteString binary = expected.getRawInputContents(0).concat(expected.getRawInputContents(1));
    assertEquals(
        expected.getRawInputContentsList(), read(json, binary).message().getRawInputContentsList());
  }

  @Test
  void oneBinaryTensorMakesAllRaw() {
    String json =
        """
        {"inputs": [
          {"name": "text", "shape": [1], "datatype": "BYTES", "data": ["a"]},
          {"name": "n", "shape": [1], "datatype": "INT64", "parameters": {"binary_data_size": 8}}]}
        """;
    ModelInferRequest expected =
        raw(typed("m", texts("text", List.of(1L), "a"), longs("n", List.of(1L), 7)));
    ModelInferRequest message = read(json, expected.getRawInputContents(1)).message();
    assertEquals(expected.getRawInputContentsList(), message.getRawInputContentsList());
    assertFalse(message.getInputs(0).hasContents());
  }

  @Test
  void parametersKeepTheirKinds() {
    ModelInferRequest message =
        read("""
        {"id": "i", "parameters": {"b": true, "n": -5, "u": 18446744073709551615, "d": 1.5,
         "s": "x", "none": null, "list": [1], "map": {"k": 1}}}
        """)
            .message();
    assertEquals("i", message.getId());
    assertEquals(5, message.getParametersCount());
    assertTrue(message.getParametersOrThrow("b").getBoolParam());
    assertEquals(-5, message.getParametersOrThrow("n").getInt64Param());
    assertEquals(-1L, message.getParametersOrThrow("u").getUint64Param());
    assertEquals(1.5, message.getParametersOrThrow("d").getDoubleParam());
    assertEquals("x", message.getParametersOrThrow("s").getStringParam());
  }

  @Test
  void binaryAnswersAreAskedForByOutputOrForAll() {
    HttpInferRequest request =
        read(
            """
            {"parameters": {"binary_data_output": true}, "outputs": [
              {"name": "a"}, {"name": "b", "parameters": {"binary_data": false}}]}
            """);
    assertTrue(request.wantsBinary("a"));
    assertFalse(request.wantsBinary("b"));
    assertFalse(read("{}").wantsBinary("a"));
  }

  @Test
  void whatIsNotJsonIsRefused() {
    for (String body : List.of("", "[]", "\"x\"", "{", "{\"inputs\": [", "{} {}", "nonsense")) {
      assertRefused(body, "body");
    }
    assertRefused("[".repeat(10_000), "body");
    assertRefused("{\"x\":" + "[".repeat(10_000), "nesting depth");
  }

  @Test
  void numbersOfTensorsAndParametersAreBounded() {
    String tensors = String.join(",", java.util.Collections.nCopies(17, "{}"));
    assertRefused("{\"inputs\": [" + tensors + "]}", "inputs has 17 tensors", "16");
    assertRefused("{\"outputs\": [" + tensors + "]}", "outputs has 17 tensors", "16");
    StringBuilder many = new StringBuilder("\"p\": 0");
    for (int i = 0; i < 64; i++) {
      many.append(",\"p%d\": 0".formatted(i));
    }
    assertRefused("{\"parameters\": {" + many + "}}", "65 parameters", "64");
    assertRefused("{\"inputs\": [{\"parameters\": {" + many + "}}]}", "65 parameters", "64");
  }

  @Test
  void wrongKindsNameTheKey() {
    assertRefused("{\"inputs\": {}}", "'inputs'", "array");
    assertRefused("{\"inputs\": [1]}", "'inputs'", "objects");
    assertRefused("{\"id\": 1}", "'id'", "string");
    assertRefused("{\"inputs\": [{\"shape\": [1.5]}]}", "'shape'");
    assertRefused("{\"inputs\": [{\"shape\": [1e3]}]}", "'shape'");
    assertRefused("{\"inputs\": [{\"name\": null}]}", "'name'");
    assertRefused("{\"inputs\": [{\"data\": [true]}]}", "'data'");
    assertRefused("{\"inputs\": [{\"data\": [1.5]}]}", "'data'", "1.5");
    assertRefused("{\"inputs\": [{\"data\": [{}]}]}", "'data'", "object");
    assertRefused("{\"inputs\": [{\"data\": [\"\\ud800\"]}]}", "'data'", "surrogate");
  }

  @Test
  void valuesThatDoNotFitTheDatatypeNameTheTensor() {
    assertRefused(
        "{\"inputs\": [{\"name\": \"t\", \"datatype\": \"BYTES\", \"data\": [1]}]}",
        "'t'",
        "strings");
    assertRefused(
        "{\"inputs\": [{\"name\": \"t\", \"datatype\": \"INT64\", \"data\": [\"1\"]}]}", "'t'");
    assertRefused(
        "{\"inputs\": [{\"name\": \"t\", \"datatype\": \"INT32\", \"data\": [2147483648]}]}",
        "'t'",
        "2147483648");
    assertRefused(
        "{\"inputs\": [{\"name\": \"t\", \"datatype\": \"INT64\", \"data\":"
            + " [9223372036854775808]}]}",
        "out of range");
    assertRefused("{\"inputs\": [{\"name\": \"t\", \"datatype\": \"BYTES\"}]}", "'t'", "neither");
    assertRefused(
        "{\"inputs\": [{\"name\": \"t\", \"datatype\": \"FP64\", \"data\": [1]}]}", "'t'", "FP64");
  }

  @Test
  void binarySizesMustFitTheBody() {
    String json =
        "{\"inputs\": [{\"name\": \"t\", \"datatype\": \"BYTES\", \"shape\": [1],"
            + " \"parameters\": {\"binary_data_size\": %s}}]}";
    ByteString four = ByteString.copyFrom(new byte[4]);
    assertInvalid(refusal(() -> read(json.formatted("5"), four)), "'t'", "5", "4 bytes");
    assertInvalid(refusal(() -> read(json.formatted("-1"), four)), "'t'", "-1");
    assertInvalid(refusal(() -> read(json.formatted("3"), four)), "4 bytes", "sum to 3");
    assertInvalid(refusal(() -> read(json.formatted("\"4\""), four)), "not a whole number");
    assertInvalid(
        refusal(() -> HttpInferReader.read("m", "", new byte[2], OptionalInt.of(3))),
        "Inference-Header-Content-Length",
        "3");
  }
}
