package dev.cohort.aggregator.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.aggregator.oip.Datatype;
import dev.cohort.protocol.inference.InferParameter;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferRequest.InferInputTensor;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;

/** One input of a JSON request. Not thread-safe. */
final class JsonInput {
  private final InferInputTensor.Builder tensor = InferInputTensor.newBuilder();
  private Optional<JsonData> data = Optional.empty();

  private JsonInput() {}

  /** Reads from the start of the object on which the parser stands. */
  static JsonInput read(JsonParser json) throws IOException {
    JsonInput input = new JsonInput();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String key = json.currentName();
      json.nextToken();
      switch (key) {
        case "name" -> input.tensor.setName(JsonFields.string(json, key));
        case "datatype" -> input.tensor.setDatatype(JsonFields.string(json, key));
        case "shape" -> JsonFields.integers(json, key, input.tensor::addShape);
        case "parameters" -> JsonFields.parameters(json, input.tensor::putParameters);
        case "data" -> input.data = Optional.of(JsonData.read(json));
        default -> json.skipChildren();
      }
    }
    return input;
  }

  String name() {
    return tensor.getName();
  }

  String datatype() {
    return tensor.getDatatype();
  }

  /** Bytes of the binary form, when the tensor comes in it. */
  OptionalLong binarySize() {
    InferParameter size = tensor.getParametersMap().get("binary_data_size");
    if (size == null) {
      return OptionalLong.empty();
    }
    if (size.getParameterChoiceCase() != InferParameter.ParameterChoiceCase.INT64_PARAM) {
      throw RefusedException.invalid(
          "tensor '%s': binary_data_size is not a whole number".formatted(name()));
    }
    if (data.isPresent()) {
      throw RefusedException.invalid(
          "tensor '%s' has both data and binary_data_size; only one is allowed".formatted(name()));
    }
    return OptionalLong.of(size.getInt64Param());
  }

  /** The tensor's values in typed form. */
  InferTensorContents contents() {
    return data.orElseThrow(
            () ->
                RefusedException.invalid(
                    "tensor '%s' has neither data nor binary_data_size".formatted(name())))
        .contents(name(), Datatype.named(name(), datatype()));
  }

  /** The tensor, with its values if asked for. */
  InferInputTensor tensor(boolean withContents) {
    return withContents ? tensor.clone().setContents(contents()).build() : tensor.build();
  }
}
