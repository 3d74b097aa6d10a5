package dev.cohort.benchmarks.dataplane;

import com.google.protobuf.ByteString;
import dev.cohort.benchmarks.PaddedModel;
import dev.cohort.packages.Package;
import dev.cohort.packages.TextTokenizer;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferResponse;
import dev.cohort.protocol.inference.ModelInferResponse.InferOutputTensor;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A server as common ones are: one queue in the order of arrival; a lane takes a batch when it is
 * full or its window has passed, pads it to the longest row and runs the graph as it was exported.
 * Text is tokenised on a thread of its own. Admission is the aggregator's: what its prediction says
 * cannot be answered in time is refused.
 */
public final class PaddedServer extends GRPCInferenceServiceImplBase {
  private static final int BATCH_ROWS = 8;
  private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  private final TextTokenizer tokenizer;
  private final PaddedQueue queue;

  private PaddedServer(TextTokenizer tokenizer, PaddedQueue queue) {
    this.tokenizer = tokenizer;
    this.queue = queue;
  }

  /**
   * Serves until it is ended.
   *
   * @param arguments port, the exported graph, the package whose tokenizer it takes, lanes
   */
  public static void main(String[] arguments) throws Exception {
    PaddedModel model = new PaddedModel(Path.of(arguments[1]));
    int lanes = Integer.parseInt(arguments[3]);
    PaddedQueue queue = new PaddedQueue(BATCH_ROWS, WINDOW_NANOS, lanes);
    for (int lane = 0; lane < lanes; lane++) {
      Thread.ofPlatform().name("lane-" + lane).daemon().start(() -> run(queue, model));
    }
    NettyServerBuilder.forAddress(
            new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])))
        .executor(Executors.newSingleThreadExecutor())
        .addService(new PaddedServer(Package.open(Path.of(arguments[2])).tokenizer(), queue))
        .build()
        .start()
        .awaitTermination();
  }

  @Override
  public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> responses) {
    String text = request.getInputs(0).getContents().getBytesContents(0).toStringUtf8();
    Deadline deadline = Context.current().getDeadline();
    long left =
        deadline == null ? Long.MAX_VALUE / 4 : deadline.timeRemaining(TimeUnit.NANOSECONDS);
    int[] ids = tokenizer.encode(text).ids();
    boolean admitted =
        queue.offer(
            new PaddedQueue.Entry(
                ids,
                System.nanoTime() + left,
                vector -> answer(request, vector, responses),
                () -> responses.onError(Status.DEADLINE_EXCEEDED.asRuntimeException())),
            left);
    if (!admitted) {
      responses.onError(
          Status.DEADLINE_EXCEEDED
              .withDescription("cannot be answered in time")
              .asRuntimeException());
    }
  }

  private static void run(PaddedQueue queue, PaddedModel model) {
    try {
      while (true) {
        List<PaddedQueue.Entry> batch = queue.take();
        long begin = System.nanoTime();
        float[][] vectors = model.forward(batch.stream().map(PaddedQueue.Entry::ids).toList());
        queue.took(batch.size(), System.nanoTime() - begin);
        for (int row = 0; row < vectors.length; row++) {
          batch.get(row).answered().accept(vectors[row]);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void answer(
      ModelInferRequest request, float[] vector, StreamObserver<ModelInferResponse> responses) {
    ByteBuffer bytes =
        ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(normalized(vector));
    responses.onNext(
        ModelInferResponse.newBuilder()
            .setModelName(request.getModelName())
            .addOutputs(
                InferOutputTensor.newBuilder()
                    .setName("embedding")
                    .setDatatype("FP32")
                    .addAllShape(List.of(1L, (long) vector.length)))
            .addRawOutputContents(ByteString.copyFrom(bytes))
            .build());
    responses.onCompleted();
  }

  private static float[] normalized(float[] vector) {
    double squares = 0;
    for (float value : vector) {
      squares += (double) value * value;
    }
    float[] unit = Arrays.copyOf(vector, vector.length);
    for (int column = 0; column < unit.length; column++) {
      unit[column] = (float) (unit[column] / Math.sqrt(squares));
    }
    return unit;
  }
}
