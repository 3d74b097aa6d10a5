package dev.cohort.aggregator;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cohort.aggregator.oip.Datatype;
import dev.cohort.aggregator.oip.TensorCodec;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferResponse;
import dev.cohort.protocol.inference.ModelInferResponse.InferOutputTensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An output as a client has it, whatever transport and form it came by.
 *
 * @param values texts, integers or float32, row-major
 */
record Tensor(Datatype type, List<Long> shape, List<?> values) {
  /** The outputs of a gRPC answer, in their order. */
  static Map<String, Tensor> of(ModelInferResponse response) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int i = 0; i < response.getOutputsCount(); i++) {
      InferOutputTensor output = response.getOutputs(i);
      Datatype type = Datatype.valueOf(output.getDatatype());
      InferTensorContents contents =
          response.getRawOutputContentsCount() == 0
              ? output.getContents()
              : TensorCodec.typed(
                  output.getName(),
                  type,
                  response.getRawOutputContents(i),
                  Math.toIntExact(output.getShapeList().stream().reduce(1L, Math::multiplyExact)));
      tensors.put(
          output.getName(), new Tensor(type, output.getShapeList(), values(type, contents)));
    }
    return tensors;
  }

  /** The outputs of an HTTP answer, in their order. */
  static Map<String, Tensor> of(JsonNode response) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (JsonNode output : response.get("outputs")) {
      Datatype type = Datatype.valueOf(output.get("datatype").asText());
      List<Long> shape = new ArrayList<>();
      output.get("shape").forEach(size -> shape.add(size.longValue()));
      List<Object> values = new ArrayList<>();
      output.get("data").forEach(value -> values.add(value(type, value)));
      tensors.put(output.get("name").asText(), new Tensor(type, shape, values));
    }
    return tensors;
  }

  /** The values of an FP32 tensor. */
  List<Float> floats() {
    return values.stream().map(Float.class::cast).toList();
  }

  private static List<?> values(Datatype type, InferTensorContents contents) {
    return switch (type) {
      case BYTES ->
          contents.getBytesContentsList().stream().map(each -> each.toStringUtf8()).toList();
      case INT32 -> contents.getIntContentsList();
      case INT64 -> contents.getInt64ContentsList();
      case FP32 -> contents.getFp32ContentsList();
    };
  }

  private static Object value(Datatype type, JsonNode value) {
    return switch (type) {
      case BYTES -> value.textValue();
      case INT32 -> value.intValue();
      case INT64 -> value.longValue();
      case FP32 -> Float.parseFloat(value.asText());
    };
  }
}
