package dev.cohort.aggregator;

import dev.cohort.aggregator.dispatch.Dispatcher;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.aggregator.model.ModelCatalog;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.aggregator.oip.ModelDescriptions;
import dev.cohort.aggregator.pipeline.InferencePipeline;
import dev.cohort.protocol.inference.ModelConfig;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferResponse;
import dev.cohort.protocol.inference.ModelMetadataResponse;
import dev.cohort.protocol.inference.ModelStatisticsResponse;
import dev.cohort.protocol.inference.ServerMetadataResponse;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * The calls of the Open Inference Protocol, whatever the transport. What cannot be answered ends
 * with {@link RefusedException}. Thread-safe; nothing blocks.
 */
public final class InferenceServer {
  /** Only what holds; perf_analyzer and tritonclient act on these names. */
  private static final List<String> EXTENSIONS =
      List.of("binary_tensor_data", "model_configuration", "parameters", "statistics");

  private final ModelCatalog models;
  private final Dispatcher dispatcher;
  private final InferencePipeline pipeline;
  private final ServingMetrics metrics;
  private final ServerMetadataResponse metadata;
  private volatile boolean draining;

  /** A server of these models. */
  public InferenceServer(
      ModelCatalog models,
      Dispatcher dispatcher,
      InferencePipeline pipeline,
      ServingMetrics metrics,
      String version) {
    this.models = models;
    this.dispatcher = dispatcher;
    this.pipeline = pipeline;
    this.metrics = metrics;
    this.metadata =
        ServerMetadataResponse.newBuilder()
            .setName(ModelDescriptions.PLATFORM)
            .setVersion(version)
            .addAllExtensions(EXTENSIONS)
            .build();
  }

  /** Whether every model can answer, and the process is not stopping. */
  public boolean isReady() {
    return !draining && models.all().stream().allMatch(dispatcher::isReady);
  }

  /** Whether one model can answer. */
  public boolean isReady(String model, String version) {
    return !draining && dispatcher.isReady(models.find(model, version));
  }

  /** From now on the server says that it is not ready; it still answers. */
  public void drain() {
    draining = true;
  }

  /** Whether requests are traced; callers skip what only traces need. */
  public boolean isTraced() {
    return pipeline.isTraced();
  }

  public ServerMetadataResponse metadata() {
    return metadata;
  }

  /** What a model's tensors are. */
  public ModelMetadataResponse metadata(String model, String version) {
    return models.find(model, version).metadata();
  }

  /** The same in Triton's words. */
  public ModelConfig config(String model, String version) {
    return models.find(model, version).config();
  }

  /**
   * What a model has done since the start.
   *
   * @param model empty: all models; then the version must be empty too
   */
  public ModelStatisticsResponse statistics(String model, String version) {
    Collection<ServedModel> asked =
        model.isEmpty() && version.isEmpty() ? models.all() : List.of(models.find(model, version));
    ModelStatisticsResponse.Builder statistics = ModelStatisticsResponse.newBuilder();
    asked.forEach(each -> statistics.addModelStats(metrics.statistics(each).message()));
    return statistics.build();
  }

  /**
   * Answers a request; see {@link InferencePipeline#infer}.
   *
   * @param givenNanos time that the transport gives, if any
   * @param traceParent of the caller's span; empty: none
   */
  public CompletableFuture<ModelInferResponse> infer(
      ModelInferRequest request, OptionalLong givenNanos, String traceParent) {
    return pipeline.infer(request, givenNanos, traceParent);
  }
}
