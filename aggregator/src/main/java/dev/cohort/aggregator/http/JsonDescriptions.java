package dev.cohort.aggregator.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.cohort.protocol.inference.ModelConfig;
import dev.cohort.protocol.inference.ModelInput;
import dev.cohort.protocol.inference.ModelMetadataResponse;
import dev.cohort.protocol.inference.ModelMetadataResponse.TensorMetadata;
import dev.cohort.protocol.inference.ModelOutput;
import dev.cohort.protocol.inference.ServerMetadataResponse;
import java.io.IOException;
import java.util.List;

/** The JSON forms of metadata and configuration. Stateless. */
final class JsonDescriptions {
  private JsonDescriptions() {}

  static byte[] server(ServerMetadataResponse server) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("name", server.getName());
          json.writeStringField("version", server.getVersion());
          strings(json, "extensions", server.getExtensionsList());
          json.writeEndObject();
        });
  }

  static byte[] model(ModelMetadataResponse model) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("name", model.getName());
          strings(json, "versions", model.getVersionsList());
          json.writeStringField("platform", model.getPlatform());
          tensors(json, "inputs", model.getInputsList());
          tensors(json, "outputs", model.getOutputsList());
          json.writeEndObject();
        });
  }

  static byte[] config(ModelConfig config) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("name", config.getName());
          json.writeStringField("platform", config.getPlatform());
          json.writeStringField("backend", config.getBackend());
          json.writeNumberField("max_batch_size", config.getMaxBatchSize());
          json.writeArrayFieldStart("input");
          for (ModelInput input : config.getInputList()) {
            json.writeStartObject();
            json.writeStringField("name", input.getName());
            json.writeStringField("data_type", input.getDataType().name());
            numbers(json, "dims", input.getDimsList());
            json.writeBooleanField("optional", input.getOptional());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeArrayFieldStart("output");
          for (ModelOutput output : config.getOutputList()) {
            json.writeStartObject();
            json.writeStringField("name", output.getName());
            json.writeStringField("data_type", output.getDataType().name());
            numbers(json, "dims", output.getDimsList());
            json.writeEndObject();
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  static byte[] live() {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeBooleanField("live", true);
          json.writeEndObject();
        });
  }

  static byte[] ready(boolean ready) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          readiness(json, ready, "not every model can answer now");
          json.writeEndObject();
        });
  }

  static byte[] modelReady(String model, boolean ready) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeStringField("name", model);
          readiness(json, ready, "model '%s' cannot answer now".formatted(model));
          json.writeEndObject();
        });
  }

  // "Not ready" goes out with an error status, and so with the key that clients read then.
  private static void readiness(JsonGenerator json, boolean ready, String reason)
      throws IOException {
    json.writeBooleanField("ready", ready);
    if (!ready) {
      json.writeStringField("error", reason);
    }
  }

  private static void tensors(JsonGenerator json, String key, List<TensorMetadata> tensors)
      throws IOException {
    json.writeArrayFieldStart(key);
    for (TensorMetadata tensor : tensors) {
      json.writeStartObject();
      json.writeStringField("name", tensor.getName());
      json.writeStringField("datatype", tensor.getDatatype());
      numbers(json, "shape", tensor.getShapeList());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void strings(JsonGenerator json, String key, List<String> values)
      throws IOException {
    json.writeArrayFieldStart(key);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }

  private static void numbers(JsonGenerator json, String key, List<Long> values)
      throws IOException {
    json.writeArrayFieldStart(key);
    for (long value : values) {
      json.writeNumber(value);
    }
    json.writeEndArray();
  }
}
