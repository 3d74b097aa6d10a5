package dev.cohort.benchmarks.load;

import dev.cohort.cli.Target;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * An Open Inference Protocol client that does not wait: in turn over several connections, never
 * trying again. Thread-safe; holds the connections until closed.
 */
public final class InferClient implements AutoCloseable {
  private final List<ManagedChannel> channels;
  private final List<GRPCInferenceServiceStub> stubs;
  private final AtomicInteger next = new AtomicInteger();

  /**
   * @param connections how many, from 1
   */
  public InferClient(Target target, int connections) {
    // The callbacks are short: the connection's own thread runs them.
    this.channels =
        Stream.generate(() -> target.channelBuilder().directExecutor().disableRetry().build())
            .limit(connections)
            .map(ManagedChannel.class::cast)
            .toList();
    this.stubs = channels.stream().map(GRPCInferenceServiceGrpc::newStub).toList();
  }

  /** Asks and returns at once; fails with a {@code StatusRuntimeException}. */
  public CompletableFuture<ModelInferResponse> call(ModelInferRequest request, Duration timeout) {
    CompletableFuture<ModelInferResponse> answer = new CompletableFuture<>();
    stubs
        .get(Math.floorMod(next.getAndIncrement(), stubs.size()))
        .withDeadlineAfter(timeout)
        .modelInfer(request, new Completing(answer));
    return answer;
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }

  private record Completing(CompletableFuture<ModelInferResponse> answer)
      implements StreamObserver<ModelInferResponse> {
    @Override
    public void onNext(ModelInferResponse response) {
      answer.complete(response);
    }

    @Override
    public void onError(Throwable failure) {
      answer.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      // The one answer came before.
    }
  }
}
