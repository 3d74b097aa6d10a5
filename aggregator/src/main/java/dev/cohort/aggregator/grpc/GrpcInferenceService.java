package dev.cohort.aggregator.grpc;

import dev.cohort.aggregator.InferenceServer;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import dev.cohort.protocol.inference.ModelConfigRequest;
import dev.cohort.protocol.inference.ModelConfigResponse;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferResponse;
import dev.cohort.protocol.inference.ModelMetadataRequest;
import dev.cohort.protocol.inference.ModelMetadataResponse;
import dev.cohort.protocol.inference.ModelReadyRequest;
import dev.cohort.protocol.inference.ModelReadyResponse;
import dev.cohort.protocol.inference.ModelStatisticsRequest;
import dev.cohort.protocol.inference.ModelStatisticsResponse;
import dev.cohort.protocol.inference.ServerLiveRequest;
import dev.cohort.protocol.inference.ServerLiveResponse;
import dev.cohort.protocol.inference.ServerMetadataRequest;
import dev.cohort.protocol.inference.ServerMetadataResponse;
import dev.cohort.protocol.inference.ServerReadyRequest;
import dev.cohort.protocol.inference.ServerReadyResponse;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The protocol over gRPC. Runs on the network threads and never blocks. Thread-safe. */
final class GrpcInferenceService extends GRPCInferenceServiceImplBase {
  private final InferenceServer server;

  GrpcInferenceService(InferenceServer server) {
    this.server = server;
  }

  @Override
  public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> out) {
    answer(out, () -> ServerLiveResponse.newBuilder().setLive(true).build());
  }

  @Override
  public void serverReady(ServerReadyRequest request, StreamObserver<ServerReadyResponse> out) {
    answer(out, () -> ServerReadyResponse.newBuilder().setReady(server.isReady()).build());
  }

  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> out) {
    answer(out, () -> ModelReadyResponse.newBuilder().setReady(isReady(request)).build());
  }

  @Override
  public void serverMetadata(
      ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> out) {
    answer(out, server::metadata);
  }

  @Override
  public void modelMetadata(
      ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> out) {
    answer(out, () -> server.metadata(request.getName(), request.getVersion()));
  }

  @Override
  public void modelConfig(ModelConfigRequest request, StreamObserver<ModelConfigResponse> out) {
    answer(
        out,
        () ->
            ModelConfigResponse.newBuilder()
                .setConfig(server.config(request.getName(), request.getVersion()))
                .build());
  }

  @Override
  public void modelStatistics(
      ModelStatisticsRequest request, StreamObserver<ModelStatisticsResponse> out) {
    answer(out, () -> server.statistics(request.getName(), request.getVersion()));
  }

  @Override
  public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> out) {
    CompletableFuture<ModelInferResponse> reply =
        server.infer(request, givenNanos(), TraceInterceptor.parent());
    ((ServerCallStreamObserver<ModelInferResponse>) out)
        .setOnCancelHandler(() -> reply.cancel(false));
    reply.whenComplete(
        (response, failure) -> {
          if (failure == null) {
            out.onNext(response);
            out.onCompleted();
          } else {
            out.onError(RefusedException.of(failure).statusException());
          }
        });
  }

  // Clients ask this of models that may not exist, and take an error for a broken server.
  private boolean isReady(ModelReadyRequest request) {
    try {
      return server.isReady(request.getName(), request.getVersion());
    } catch (RefusedException e) {
      if (e.code() == Status.Code.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  private static OptionalLong givenNanos() {
    Deadline deadline = Context.current().getDeadline();
    return deadline == null
        ? OptionalLong.empty()
        : OptionalLong.of(deadline.timeRemaining(TimeUnit.NANOSECONDS));
  }

  private static <T> void answer(StreamObserver<T> out, Supplier<T> response) {
    try {
      out.onNext(response.get());
      out.onCompleted();
    } catch (RefusedException e) {
      out.onError(e.statusException());
    }
  }
}
