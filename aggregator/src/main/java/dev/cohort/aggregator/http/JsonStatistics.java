package dev.cohort.aggregator.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.cohort.protocol.inference.InferBatchStatistics;
import dev.cohort.protocol.inference.InferStatistics;
import dev.cohort.protocol.inference.ModelStatistics;
import dev.cohort.protocol.inference.ModelStatisticsResponse;
import dev.cohort.protocol.inference.StatisticDuration;
import java.io.IOException;

/** The JSON form of statistics: every count is there, as a number, 0 too. Stateless. */
final class JsonStatistics {
  private JsonStatistics() {}

  static byte[] of(ModelStatisticsResponse statistics) {
    return Json.bytes(
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("model_stats");
          for (ModelStatistics model : statistics.getModelStatsList()) {
            model(json, model);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void model(JsonGenerator json, ModelStatistics model) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", model.getName());
    json.writeStringField("version", model.getVersion());
    json.writeNumberField("last_inference", model.getLastInference());
    json.writeNumberField("inference_count", model.getInferenceCount());
    json.writeNumberField("execution_count", model.getExecutionCount());
    requests(json, model.getInferenceStats());
    json.writeArrayFieldStart("batch_stats");
    for (InferBatchStatistics batch : model.getBatchStatsList()) {
      batch(json, batch);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void requests(JsonGenerator json, InferStatistics requests) throws IOException {
    json.writeObjectFieldStart("inference_stats");
    duration(json, "success", requests.getSuccess());
    duration(json, "fail", requests.getFail());
    duration(json, "queue", requests.getQueue());
    duration(json, "compute_input", requests.getComputeInput());
    duration(json, "compute_infer", requests.getComputeInfer());
    duration(json, "compute_output", requests.getComputeOutput());
    duration(json, "cache_hit", requests.getCacheHit());
    duration(json, "cache_miss", requests.getCacheMiss());
    json.writeEndObject();
  }

  private static void batch(JsonGenerator json, InferBatchStatistics batch) throws IOException {
    json.writeStartObject();
    json.writeNumberField("batch_size", batch.getBatchSize());
    duration(json, "compute_input", batch.getComputeInput());
    duration(json, "compute_infer", batch.getComputeInfer());
    duration(json, "compute_output", batch.getComputeOutput());
    json.writeEndObject();
  }

  private static void duration(JsonGenerator json, String key, StatisticDuration duration)
      throws IOException {
    json.writeObjectFieldStart(key);
    json.writeNumberField("count", duration.getCount());
    json.writeNumberField("ns", duration.getNs());
    json.writeEndObject();
  }
}
