package dev.cohort.cli.replay;

import com.google.protobuf.ByteString;
import dev.cohort.cli.Target;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc;
import dev.cohort.protocol.inference.InferParameter;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferResponse;
import dev.cohort.protocol.inference.ModelInferResponse.InferOutputTensor;
import dev.cohort.protocol.inference.ModelMetadataRequest;
import dev.cohort.protocol.inference.ModelMetadataResponse;
import dev.cohort.protocol.inference.ModelMetadataResponse.TensorMetadata;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.function.BiConsumer;

/**
 * A real gRPC server of the protocol on a free port, whose answers the test decides. It serves one
 * model, {@link #MODEL}, which takes single texts.
 */
public final class StandInServer implements AutoCloseable {
  /** The model's name. */
  public static final String MODEL = "stand-in";

  private final Server server;

  private StandInServer(Server server) {
    this.server = server;
  }

  /** A server that hands each request on; the call may come on several threads. */
  public static StandInServer start(
      BiConsumer<ModelInferRequest, StreamObserver<ModelInferResponse>> infer) throws IOException {
    Server server =
        Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(new Service(infer))
            .build()
            .start();
    return new StandInServer(server);
  }

  /** Answers a request with this label from two of four students. */
  public static void answer(StreamObserver<ModelInferResponse> observer, String label) {
    InferTensorContents.Builder labels =
        InferTensorContents.newBuilder().addBytesContents(ByteString.copyFromUtf8(label));
    InferTensorContents.Builder used = InferTensorContents.newBuilder().addIntContents(2);
    observer.onNext(
        ModelInferResponse.newBuilder()
            .putParameters("students_total", InferParameter.newBuilder().setInt64Param(4).build())
            .putParameters("pruned", InferParameter.newBuilder().setBoolParam(true).build())
            .addOutputs(InferOutputTensor.newBuilder().setName("label").setContents(labels))
            .addOutputs(InferOutputTensor.newBuilder().setName("students_used").setContents(used))
            .build());
    observer.onCompleted();
  }

  /** Refuses a request. */
  public static void refuse(StreamObserver<ModelInferResponse> observer, Status status) {
    observer.onError(new StatusRuntimeException(status));
  }

  /** Where it listens. */
  public Target target() {
    return new Target("127.0.0.1:" + server.getPort());
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private static final class Service extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    private final BiConsumer<ModelInferRequest, StreamObserver<ModelInferResponse>> infer;

    private Service(BiConsumer<ModelInferRequest, StreamObserver<ModelInferResponse>> infer) {
      this.infer = infer;
    }

    @Override
    public void modelMetadata(
        ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> observer) {
      if (!request.getName().equals(MODEL)) {
        observer.onError(
            new StatusRuntimeException(Status.NOT_FOUND.withDescription("no such model")));
        return;
      }
      observer.onNext(
          ModelMetadataResponse.newBuilder()
              .setName(MODEL)
              .addInputs(TensorMetadata.newBuilder().setName("text"))
              .addOutputs(TensorMetadata.newBuilder().setName("label"))
              .addOutputs(TensorMetadata.newBuilder().setName("logits"))
              .addOutputs(TensorMetadata.newBuilder().setName("students_used"))
              .build());
      observer.onCompleted();
    }

    @Override
    public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> observer) {
      infer.accept(request, observer);
    }
  }
}
