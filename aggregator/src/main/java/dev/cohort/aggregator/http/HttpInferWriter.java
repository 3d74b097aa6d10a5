package dev.cohort.aggregator.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import dev.cohort.aggregator.oip.Datatype;
import dev.cohort.aggregator.oip.TensorCodec;
import dev.cohort.protocol.inference.InferParameter;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferResponse;
import dev.cohort.protocol.inference.ModelInferResponse.InferOutputTensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes the protocol's response for HTTP: each output as JSON or, when asked for, as binary behind
 * the JSON. Takes responses of either form. Stateless.
 */
final class HttpInferWriter {
  /**
   * A body.
   *
   * @param binary tensors behind the JSON, in the order of the outputs; none: plain JSON
   */
  record Body(byte[] json, List<ByteString> binary) {}

  private HttpInferWriter() {}

  static Body write(HttpInferRequest request, ModelInferResponse response) {
    List<ByteString> binary = new ArrayList<>();
    byte[] json = Json.bytes(out -> document(out, request, response, binary));
    return new Body(json, binary);
  }

  private static void document(
      JsonGenerator json,
      HttpInferRequest request,
      ModelInferResponse response,
      List<ByteString> binary)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("model_name", response.getModelName());
    json.writeStringField("model_version", response.getModelVersion());
    if (!response.getId().isEmpty()) {
      json.writeStringField("id", response.getId());
    }
    parameters(json, response.getParametersMap());
    json.writeArrayFieldStart("outputs");
    for (int i = 0; i < response.getOutputsCount(); i++) {
      output(json, request, response, i, binary);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void output(
      JsonGenerator json,
      HttpInferRequest request,
      ModelInferResponse response,
      int index,
      List<ByteString> binary)
      throws IOException {
    InferOutputTensor output = response.getOutputs(index);
    json.writeStartObject();
    json.writeStringField("name", output.getName());
    json.writeStringField("datatype", output.getDatatype());
    json.writeArrayFieldStart("shape");
    for (long dimension : output.getShapeList()) {
      json.writeNumber(dimension);
    }
    json.writeEndArray();
    if (request.wantsBinary(output.getName())) {
      ByteString raw = raw(response, index);
      json.writeObjectFieldStart("parameters");
      json.writeNumberField("binary_data_size", raw.size());
      json.writeEndObject();
      binary.add(raw);
    } else {
      json.writeFieldName("data");
      data(json, type(output), typed(response, index));
    }
    json.writeEndObject();
  }

  private static void data(JsonGenerator json, Datatype type, InferTensorContents contents)
      throws IOException {
    json.writeStartArray();
    switch (type) {
      case BYTES -> {
        for (ByteString value : contents.getBytesContentsList()) {
          json.writeString(value.toStringUtf8());
        }
      }
      case INT32 -> {
        for (int value : contents.getIntContentsList()) {
          json.writeNumber(value);
        }
      }
      case INT64 -> {
        for (long value : contents.getInt64ContentsList()) {
          json.writeNumber(value);
        }
      }
      case FP32 -> {
        for (float value : contents.getFp32ContentsList()) {
          Json.number(json, value);
        }
      }
    }
    json.writeEndArray();
  }

  private static ByteString raw(ModelInferResponse response, int index) {
    return response.getRawOutputContentsCount() > 0
        ? response.getRawOutputContents(index)
        : TensorCodec.raw(
            type(response.getOutputs(index)), response.getOutputs(index).getContents());
  }

  private static InferTensorContents typed(ModelInferResponse response, int index) {
    InferOutputTensor output = response.getOutputs(index);
    if (response.getRawOutputContentsCount() == 0) {
      return output.getContents();
    }
    long count = output.getShapeList().stream().reduce(1L, Math::multiplyExact);
    return TensorCodec.typed(
        output.getName(),
        type(output),
        response.getRawOutputContents(index),
        Math.toIntExact(count));
  }

  private static Datatype type(InferOutputTensor output) {
    return Datatype.named(output.getName(), output.getDatatype());
  }

  private static void parameters(JsonGenerator json, Map<String, InferParameter> parameters)
      throws IOException {
    json.writeObjectFieldStart("parameters");
    for (Map.Entry<String, InferParameter> entry : new TreeMap<>(parameters).entrySet()) {
      InferParameter value = entry.getValue();
      json.writeFieldName(entry.getKey());
      switch (value.getParameterChoiceCase()) {
        case BOOL_PARAM -> json.writeBoolean(value.getBoolParam());
        case INT64_PARAM -> json.writeNumber(value.getInt64Param());
        case STRING_PARAM -> json.writeString(value.getStringParam());
        case DOUBLE_PARAM -> json.writeNumber(value.getDoubleParam());
        case UINT64_PARAM -> json.writeNumber(Long.toUnsignedString(value.getUint64Param()));
        case PARAMETERCHOICE_NOT_SET -> json.writeNull();
      }
    }
    json.writeEndObject();
  }
}
