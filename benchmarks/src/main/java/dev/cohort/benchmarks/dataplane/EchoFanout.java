package dev.cohort.benchmarks.dataplane;

import com.google.protobuf.ByteString;
import dev.cohort.benchmarks.stage.Crew;
import dev.cohort.benchmarks.stage.OwnProcess;
import dev.cohort.benchmarks.stage.Poll;
import dev.cohort.cli.serve.Ports;
import dev.cohort.protocol.student.v1.ForwardRequest;
import dev.cohort.protocol.student.v1.ForwardResponse;
import dev.cohort.protocol.student.v1.StudentServiceGrpc;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The least that a fan-out can cost: a message to each of some {@link EchoSeat} processes over open
 * streams, and all their answers awaited. One call at a time.
 */
final class EchoFanout implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final Crew crew = new Crew();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<StreamObserver<ForwardRequest>> streams = new ArrayList<>();
  private final ForwardRequest.Builder message;
  private final AtomicInteger missing = new AtomicInteger();
  // Written before the messages of a call are sent, read when the last answer has come.
  private volatile CompletableFuture<Void> answered = new CompletableFuture<>();

  /**
   * Starts the processes and connects.
   *
   * @param tokens of the row in a message
   * @param columns of the block in an answer
   */
  EchoFanout(int processes, int tokens, int columns) throws IOException, InterruptedException {
    this.message =
        ForwardRequest.newBuilder()
            .setInputIds(ByteString.copyFrom(new byte[tokens * Integer.BYTES]))
            .setRowLengths(ByteString.copyFrom(new byte[Integer.BYTES]));
    for (int port : Ports.free(processes)) {
      crew.fleet()
          .start(OwnProcess.of(crew.folder(), "echo-" + port, EchoSeat.class, port, columns));
      channels.add(
          NettyChannelBuilder.forAddress("127.0.0.1", port)
              .usePlaintext()
              .directExecutor()
              .build());
    }
    for (ManagedChannel channel : channels) {
      Poll.until("an echo process is connected", START_LIMIT, () -> connected(channel));
      streams.add(StudentServiceGrpc.newStub(channel).forward(new Answers()));
    }
  }

  /** Sends to all; completes with the last answer. */
  CompletableFuture<Void> call(int number) {
    CompletableFuture<Void> call = new CompletableFuture<>();
    answered = call;
    missing.set(streams.size());
    ForwardRequest batch = message.setBatchId(number + 1L).build();
    streams.forEach(stream -> stream.onNext(batch));
    return call;
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
    crew.close();
  }

  private static boolean connected(ManagedChannel channel) {
    channel.resetConnectBackoff();
    return channel.getState(true) == ConnectivityState.READY;
  }

  private final class Answers implements StreamObserver<ForwardResponse> {
    @Override
    public void onNext(ForwardResponse answer) {
      if (missing.decrementAndGet() == 0) {
        answered.complete(null);
      }
    }

    @Override
    public void onError(Throwable failure) {
      answered.completeExceptionally(failure);
    }

    @Override
    public void onCompleted() {
      answered.completeExceptionally(new IllegalStateException("an echo process ended its stream"));
    }
  }
}
