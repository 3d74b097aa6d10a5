package dev.cohort.benchmarks.dataplane;

import com.google.protobuf.ByteString;
import dev.cohort.protocol.student.v1.Block;
import dev.cohort.protocol.student.v1.ForwardRequest;
import dev.cohort.protocol.student.v1.ForwardResponse;
import dev.cohort.protocol.student.v1.StudentServiceGrpc.StudentServiceImplBase;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;

/**
 * A process that does nothing but gRPC: it answers each batch of a seat's stream at once with one
 * block of zeros. What a seat costs above this is the seat's own.
 */
public final class EchoSeat extends StudentServiceImplBase {
  private final ForwardResponse.Builder answer;

  private EchoSeat(int columns) {
    this.answer =
        ForwardResponse.newBuilder()
            .setCredits(1)
            .setBlock(
                Block.newBuilder()
                    .setRows(1)
                    .setContribution(ByteString.copyFrom(new byte[columns * Float.BYTES])));
  }

  /**
   * Serves until it is ended.
   *
   * @param arguments port, columns of a block
   */
  public static void main(String[] arguments) throws Exception {
    Server server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])))
            .directExecutor()
            .addService(new EchoSeat(Integer.parseInt(arguments[1])))
            .build()
            .start();
    server.awaitTermination();
  }

  @Override
  public StreamObserver<ForwardRequest> forward(StreamObserver<ForwardResponse> responses) {
    return new StreamObserver<>() {
      @Override
      public void onNext(ForwardRequest batch) {
        responses.onNext(answer.clone().setBatchId(batch.getBatchId()).build());
      }

      @Override
      public void onError(Throwable failure) {
        // The client is gone.
      }

      @Override
      public void onCompleted() {
        responses.onCompleted();
      }
    };
  }
}
