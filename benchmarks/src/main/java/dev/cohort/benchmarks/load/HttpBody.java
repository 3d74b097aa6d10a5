package dev.cohort.benchmarks.load;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import dev.cohort.protocol.inference.InferParameter;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferInputTensor;
import dev.cohort.protocol.inference.ModelInferRequest.InferRequestedOutputTensor;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A request as the body of its HTTP form. Immutable.
 *
 * @param jsonLength bytes of JSON before the binary tensors; empty when there are none
 */
public record HttpBody(byte[] bytes, OptionalInt jsonLength) {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** The body; empty for a request that has no HTTP form. */
  public static Optional<HttpBody> of(ModelInferRequest request) {
    if (!hasForm(request)) {
      return Optional.empty();
    }
    ObjectNode json = NODES.objectNode().put("id", request.getId());
    json.set("parameters", parameters(request.getParametersMap()));
    ArrayNode inputs = json.putArray("inputs");
    boolean raw = request.getRawInputContentsCount() > 0;
    for (int i = 0; i < request.getInputsCount(); i++) {
      ObjectNode input = input(request.getInputs(i));
      if (raw) {
        ((ObjectNode) input.get("parameters"))
            .put("binary_data_size", request.getRawInputContents(i).size());
      } else {
        input.set("data", data(request.getInputs(i)));
      }
      inputs.add(input);
    }
    ArrayNode outputs = json.putArray("outputs");
    request.getOutputsList().forEach(output -> outputs.add(output(output)));
    byte[] text = json.toString().getBytes(StandardCharsets.UTF_8);
    return Optional.of(
        raw
            ? new HttpBody(
                joined(text, request.getRawInputContentsList()), OptionalInt.of(text.length))
            : new HttpBody(text, OptionalInt.empty()));
  }

  /** Only what JSON can say: values of the datatype, one of each kind, numbers that are numbers. */
  private static boolean hasForm(ModelInferRequest request) {
    int raw = request.getRawInputContentsCount();
    return !request.getModelName().isEmpty()
        && (raw == 0 || raw == request.getInputsCount())
        && request.getInputsList().stream().allMatch(input -> hasForm(input, raw > 0));
  }

  private static boolean hasForm(InferInputTensor input, boolean raw) {
    if (raw) {
      return !input.hasContents() && !input.containsParameters("binary_data_size");
    }
    InferTensorContents contents = input.getContents();
    InferTensorContents others =
        switch (input.getDatatype()) {
          case "BYTES" -> contents.toBuilder().clearBytesContents().build();
          case "INT64" -> contents.toBuilder().clearInt64Contents().build();
          case "INT32" -> contents.toBuilder().clearIntContents().build();
          default -> contents;
        };
    return others.getSerializedSize() == 0
        && !input.containsParameters("binary_data_size")
        && contents.getBytesContentsList().stream().allMatch(ByteString::isValidUtf8);
  }

  private static ObjectNode input(InferInputTensor input) {
    ObjectNode node =
        NODES.objectNode().put("name", input.getName()).put("datatype", input.getDatatype());
    ArrayNode shape = node.putArray("shape");
    input.getShapeList().forEach(shape::add);
    node.set("parameters", parameters(input.getParametersMap()));
    return node;
  }

  private static ArrayNode data(InferInputTensor input) {
    ArrayNode data = NODES.arrayNode();
    InferTensorContents contents = input.getContents();
    contents.getBytesContentsList().forEach(bytes -> data.add(bytes.toStringUtf8()));
    contents.getInt64ContentsList().forEach(data::add);
    contents.getIntContentsList().forEach(data::add);
    return data;
  }

  private static ObjectNode output(InferRequestedOutputTensor output) {
    ObjectNode node = NODES.objectNode().put("name", output.getName());
    node.set("parameters", parameters(output.getParametersMap()));
    return node;
  }

  private static ObjectNode parameters(Map<String, InferParameter> parameters) {
    ObjectNode node = NODES.objectNode();
    parameters.forEach(
        (name, value) -> {
          switch (value.getParameterChoiceCase()) {
            case BOOL_PARAM -> node.put(name, value.getBoolParam());
            case INT64_PARAM -> node.put(name, value.getInt64Param());
            case UINT64_PARAM ->
                node.put(
                    name, new java.math.BigInteger(Long.toUnsignedString(value.getUint64Param())));
            case STRING_PARAM -> node.put(name, value.getStringParam());
            case DOUBLE_PARAM -> node.put(name, value.getDoubleParam());
            case PARAMETERCHOICE_NOT_SET -> node.putNull(name);
          }
        });
    return node;
  }

  private static byte[] joined(byte[] json, List<ByteString> tensors) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(json);
    tensors.forEach(tensor -> out.writeBytes(tensor.toByteArray()));
    return out.toByteArray();
  }
}
