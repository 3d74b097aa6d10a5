package dev.cohort.aggregator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cohort.protocol.inference.InferBatchStatistics;
import dev.cohort.protocol.inference.InferStatistics;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelStatistics;
import dev.cohort.protocol.inference.ModelStatisticsRequest;
import dev.cohort.protocol.inference.ServerMetadataRequest;
import dev.cohort.protocol.inference.StatisticDuration;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the aggregator counts, by both transports, beside what was asked of it. */
class StatisticsIT {
  private static final String MODEL = "tiny-package";
  private static ServedPackages served;

  @BeforeAll
  static void start() throws Exception {
    served = ServedPackages.start(List.of(TinyPackage.PATH));
  }

  @AfterAll
  static void stop() {
    served.close();
  }

  private static ModelInferRequest request(String... texts) {
    List<Long> shape = List.of((long) texts.length, 1L);
    return Requests.typed(MODEL, Requests.texts("text", shape, texts));
  }

  private static ModelStatistics statistics() {
    return served
        .grpc()
        .modelStatistics(ModelStatisticsRequest.newBuilder().setName(MODEL).build())
        .getModelStats(0);
  }

  private static long ended(ModelStatistics statistics) {
    InferStatistics stats = statistics.getInferenceStats();
    return stats.getSuccess().getCount() + stats.getFail().getCount();
  }

  @Test
  void theStagesOfARequestMakeUpItsTime() {
    ModelStatistics before = statistics();
    Instant start = Instant.now();
    for (int i = 0; i < 5; i++) {
      assertEquals(
          2, served.grpc().modelInfer(request("a good film", "no")).getOutputs(0).getShape(0));
    }
    assertThrows(
        StatusRuntimeException.class,
        () ->
            served.grpc().modelInfer(Requests.typed(MODEL, Requests.texts("x", List.of(1L), "y"))));
    Await.until("all are counted", () -> ended(statistics()) - ended(before) == 6);
    ModelStatistics after = statistics();

    assertEquals("1", after.getVersion());
    assertTrue(after.getLastInference() >= start.toEpochMilli());
    assertTrue(after.getLastInference() <= Instant.now().toEpochMilli());
    assertEquals(10, after.getInferenceCount() - before.getInferenceCount());
    InferStatistics was = before.getInferenceStats();
    InferStatistics is = after.getInferenceStats();
    assertEquals(1, is.getFail().getCount() - was.getFail().getCount());
    assertTrue(is.getFail().getNs() > was.getFail().getNs());
    assertEquals(5, is.getSuccess().getCount() - was.getSuccess().getCount());
    long stages = 0;
    for (StatisticDuration stage :
        List.of(is.getQueue(), is.getComputeInput(), is.getComputeInfer(), is.getComputeOutput())) {
      assertEquals(is.getSuccess().getCount(), stage.getCount());
      assertTrue(stage.getNs() > 0);
      stages += stage.getNs();
    }
    // Nothing but handing over lies between the stages.
    assertTrue(stages <= is.getSuccess().getNs(), stages + " of " + is.getSuccess().getNs());
    assertTrue(stages > 0.8 * is.getSuccess().getNs(), stages + " of " + is.getSuccess().getNs());
  }

  @Test
  void batchesAreCountedBySize() {
    served.grpc().modelInfer(request("one", "two", "three"));
    Await.until("the batch is counted", () -> statistics().getBatchStatsCount() > 0);
    ModelStatistics statistics = statistics();
    long executions = 0;
    long size = 0;
    for (InferBatchStatistics batch : statistics.getBatchStatsList()) {
      assertTrue(batch.getBatchSize() > size, "ascending");
      size = batch.getBatchSize();
      executions += batch.getComputeInfer().getCount();
      assertTrue(batch.getComputeInfer().getNs() > 0);
      assertEquals(batch.getComputeInfer().getCount(), batch.getComputeInput().getCount());
      assertEquals(batch.getComputeInfer().getCount(), batch.getComputeOutput().getCount());
    }
    assertEquals(statistics.getExecutionCount(), executions);
  }

  @Test
  void everyCountIsANumberOverHttp() {
    served.grpc().modelInfer(request("one"));
    Await.until("the batch is counted", () -> statistics().getBatchStatsCount() > 0);
    for (String path :
        List.of(
            "/v2/models/stats",
            "/v2/models/" + MODEL + "/stats",
            "/v2/models/" + MODEL + "/versions/1/stats")) {
      ServedPackages.Reply reply = served.get(path);
      assertEquals(200, reply.status(), path);
      JsonNode model = reply.body().get("model_stats").get(0);
      assertEquals(MODEL, model.get("name").asText());
      assertEquals("1", model.get("version").asText());
      for (String key : List.of("last_inference", "inference_count", "execution_count")) {
        assertTrue(model.get(key).isIntegralNumber(), key);
      }
      assertDurations(
          model.get("inference_stats"),
          List.of(
              "success",
              "fail",
              "queue",
              "compute_input",
              "compute_infer",
              "compute_output",
              "cache_hit",
              "cache_miss"));
      assertTrue(model.get("batch_stats").get(0).get("batch_size").isIntegralNumber());
      assertDurations(
          model.get("batch_stats").get(0),
          List.of("compute_input", "compute_infer", "compute_output"));
    }
  }

  private static void assertDurations(JsonNode stats, List<String> names) {
    int durations = 0;
    for (Map.Entry<String, JsonNode> field : stats.properties()) {
      if (field.getValue().isObject()) {
        assertTrue(names.contains(field.getKey()), field.getKey());
        assertTrue(field.getValue().get("count").isIntegralNumber(), field.getKey());
        assertTrue(field.getValue().get("ns").isIntegralNumber(), field.getKey());
        durations++;
      }
    }
    assertEquals(names.size(), durations);
  }

  @Test
  void theExtensionIsAdvertisedAndUnknownModelsAreNotFound() {
    assertTrue(
        served
            .grpc()
            .serverMetadata(ServerMetadataRequest.getDefaultInstance())
            .getExtensionsList()
            .contains("statistics"));
    assertEquals(
        1,
        served
            .grpc()
            .modelStatistics(ModelStatisticsRequest.getDefaultInstance())
            .getModelStatsCount());
    for (ModelStatisticsRequest unknown :
        List.of(
            ModelStatisticsRequest.newBuilder().setName("other").build(),
            ModelStatisticsRequest.newBuilder().setName(MODEL).setVersion("7").build(),
            ModelStatisticsRequest.newBuilder().setVersion("1").build())) {
      StatusRuntimeException refused =
          assertThrows(StatusRuntimeException.class, () -> served.grpc().modelStatistics(unknown));
      assertEquals(Status.Code.NOT_FOUND, refused.getStatus().getCode());
    }
    assertEquals(404, served.get("/v2/models/other/stats").status());
  }
}
