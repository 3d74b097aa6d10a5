package dev.cohort.cli.replay;

import com.google.protobuf.ByteString;
import dev.cohort.cli.CommandException;
import dev.cohort.cli.Target;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferInputTensor;
import dev.cohort.protocol.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.cohort.protocol.inference.ModelInferResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * Asks a server over the Open Inference Protocol, in turn over several connections. Calls are never
 * tried again. Thread-safe; holds the connections until closed.
 */
public final class GrpcCaller implements Caller, AutoCloseable {
  private final List<ManagedChannel> channels;
  private final List<GRPCInferenceServiceStub> stubs;
  private final List<ModelInferRequest> requests;
  private final AtomicInteger next = new AtomicInteger();

  private GrpcCaller(List<ManagedChannel> channels, List<ModelInferRequest> requests) {
    this.channels = channels;
    this.stubs = channels.stream().map(GRPCInferenceServiceGrpc::newStub).toList();
    this.requests = requests;
  }

  /**
   * Asks the server about the model and makes one request of each row.
   *
   * @param connections how many, from 1
   * @throws CommandException when the server cannot be reached, does not serve the model, or the
   *     model takes other inputs than the rows have
   */
  public static GrpcCaller connect(
      Target target, String model, List<TextRow> rows, int connections) {
    // The callbacks are short: the connection's own thread runs them.
    List<ManagedChannel> channels =
        Stream.generate(() -> target.channelBuilder().directExecutor().disableRetry().build())
            .limit(connections)
            .toList();
    try {
      ModelTensors tensors = ModelTensors.ask(channels.getFirst(), target, model);
      tensors.requireInputs(rows.getFirst());
      ModelInferRequest.Builder common = ModelInferRequest.newBuilder().setModelName(model);
      for (String output : tensors.wanted()) {
        common.addOutputs(InferRequestedOutputTensor.newBuilder().setName(output));
      }
      ModelInferRequest frame = common.build();
      return new GrpcCaller(channels, rows.stream().map(row -> request(frame, row)).toList());
    } catch (CommandException e) {
      channels.forEach(ManagedChannel::shutdownNow);
      throw e;
    }
  }

  @Override
  public void call(int row, Duration timeout, Listener listener) {
    GRPCInferenceServiceStub stub = stubs.get(Math.floorMod(next.getAndIncrement(), stubs.size()));
    stub.withDeadlineAfter(timeout.toNanos(), TimeUnit.NANOSECONDS)
        .modelInfer(requests.get(row), new Observer(listener));
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }

  private static ModelInferRequest request(ModelInferRequest frame, TextRow row) {
    ModelInferRequest.Builder request = frame.toBuilder();
    if (row.second().isEmpty()) {
      request.addInputs(input(ModelTensors.TEXT, row.first()));
    } else {
      request.addInputs(input(ModelTensors.TEXT_A, row.first()));
      request.addInputs(input(ModelTensors.TEXT_B, row.second().orElseThrow()));
    }
    return request.build();
  }

  private static InferInputTensor input(String name, String text) {
    return InferInputTensor.newBuilder()
        .setName(name)
        .setDatatype("BYTES")
        .addShape(1)
        .addShape(1)
        .setContents(
            InferTensorContents.newBuilder().addBytesContents(ByteString.copyFromUtf8(text)))
        .build();
  }

  /** Turns the end of one call into one notice. A unary call ends exactly once. */
  private static final class Observer implements StreamObserver<ModelInferResponse> {
    private static final String BAD_ANSWER = "BAD_ANSWER";

    private final Caller.Listener listener;
    // Written and read on the call's own thread only.
    private ModelInferResponse response;

    private Observer(Caller.Listener listener) {
      this.listener = listener;
    }

    @Override
    public void onNext(ModelInferResponse value) {
      response = value;
    }

    @Override
    public void onError(Throwable error) {
      listener.refused(Status.fromThrowable(error).getCode().name());
    }

    @Override
    public void onCompleted() {
      ReplyReader.read(response)
          .ifPresentOrElse(listener::answered, () -> listener.refused(BAD_ANSWER));
    }
  }
}
