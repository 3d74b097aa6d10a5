package dev.cohort.aggregator.http;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.aggregator.oip.Datatype;
import dev.cohort.aggregator.oip.TensorCodec;
import dev.cohort.protocol.inference.InferParameter;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferRequestedOutputTensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Reads the body of an inference request: JSON, and behind it the binary tensors, if there are any.
 * Unknown keys are ignored. One use; not thread-safe.
 */
final class HttpInferReader {
  private static final String BINARY_SIZE = "binary_data_size";

  private final ModelInferRequest.Builder message = ModelInferRequest.newBuilder();
  private final Map<String, Boolean> binaryOutputs = new HashMap<>();
  private final List<JsonInput> inputs = new ArrayList<>();

  private HttpInferReader() {}

  /**
   * Reads a body.
   *
   * @param jsonLength bytes of JSON at the start of the body; none: all of it
   * @throws RefusedException {@code INVALID_ARGUMENT}
   */
  static HttpInferRequest read(String model, String version, byte[] body, OptionalInt jsonLength) {
    int length = jsonLength.orElse(body.length);
    if (length > body.length) {
      throw RefusedException.invalid(
          "header Inference-Header-Content-Length is %d, but the body has %d bytes"
              .formatted(length, body.length));
    }
    HttpInferReader reader = new HttpInferReader();
    reader.message.setModelName(model).setModelVersion(version);
    try (JsonParser json = Json.FACTORY.createParser(body, 0, length)) {
      reader.readDocument(json);
    } catch (JacksonException e) {
      throw RefusedException.invalid("the body is not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw RefusedException.invalid("the body is not JSON: " + e.getMessage());
    }
    ByteString rest = UnsafeByteOperations.unsafeWrap(body, length, body.length - length);
    reader.addInputs(rest);
    boolean binaryByDefault =
        reader
            .message
            .getParametersOrDefault("binary_data_output", InferParameter.getDefaultInstance())
            .getBoolParam();
    return new HttpInferRequest(reader.message.build(), reader.binaryOutputs, binaryByDefault);
  }

  private void readDocument(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw RefusedException.invalid("the body must be a JSON object");
    }
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      json.nextToken();
      switch (key) {
        case "id" -> message.setId(JsonFields.string(json, key));
        case "parameters" -> JsonFields.parameters(json, message::putParameters);
        case "inputs" -> JsonFields.each(json, key, () -> inputs.add(JsonInput.read(json)));
        case "outputs" -> JsonFields.each(json, key, () -> readOutput(json));
        default -> json.skipChildren();
      }
    }
    if (json.nextToken() != null) {
      throw RefusedException.invalid("the body has more than one JSON value");
    }
  }

  private void readOutput(JsonParser json) throws IOException {
    InferRequestedOutputTensor.Builder output = InferRequestedOutputTensor.newBuilder();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      json.nextToken();
      switch (key) {
        case "name" -> output.setName(JsonFields.string(json, key));
        case "parameters" -> JsonFields.parameters(json, output::putParameters);
        default -> json.skipChildren();
      }
    }
    InferParameter binary = output.getParametersMap().get("binary_data");
    if (binary != null) {
      binaryOutputs.put(output.getName(), binary.getBoolParam());
    }
    message.addOutputs(output);
  }

  // One binary tensor makes the whole message raw: the protocol has no mixed form.
  private void addInputs(ByteString binary) {
    boolean raw = inputs.stream().anyMatch(input -> input.binarySize().isPresent());
    int position = 0;
    for (JsonInput input : inputs) {
      message.addInputs(input.tensor(!raw));
      if (input.binarySize().isPresent()) {
        long size = input.binarySize().getAsLong();
        if (size < 0 || size > binary.size() - position) {
          throw RefusedException.invalid(
              "tensor '%s': %s is %d, but %d bytes of binary data are left"
                  .formatted(input.name(), BINARY_SIZE, size, binary.size() - position));
        }
        message.addRawInputContents(binary.substring(position, position + (int) size));
        position += (int) size;
      } else if (raw) {
        Datatype type = Datatype.named(input.name(), input.datatype());
        message.addRawInputContents(TensorCodec.raw(type, input.contents()));
      }
    }
    if (position != binary.size()) {
      throw RefusedException.invalid(
          "the body has %d bytes of binary data, the tensors' %s sum to %d"
              .formatted(binary.size(), BINARY_SIZE, position));
    }
  }
}
