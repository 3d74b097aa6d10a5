package dev.cohort.student;

import com.google.protobuf.ByteString;
import dev.cohort.packages.TokenRow;
import dev.cohort.protocol.student.v1.DescribeRequest;
import dev.cohort.protocol.student.v1.DescribeResponse;
import dev.cohort.protocol.student.v1.ForwardRequest;
import dev.cohort.protocol.student.v1.ForwardResponse;
import dev.cohort.protocol.student.v1.StudentServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** A client of the student protocol; every wait has a deadline. */
public final class SeatClient implements AutoCloseable {
  private static final long DEADLINE_SECONDS = 60;

  private final ManagedChannel channel;

  public SeatClient(int port) {
    this.channel = NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  public ManagedChannel channel() {
    return channel;
  }

  public DescribeResponse describe() {
    return StudentServiceGrpc.newBlockingStub(channel)
        .withWaitForReady()
        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
        .describe(DescribeRequest.getDefaultInstance());
  }

  public Stream open() {
    return new Stream(StudentServiceGrpc.newStub(channel).withWaitForReady());
  }

  /** Sends bytes in place of a batch; completes with the status that ends the stream. */
  public CompletableFuture<Status> sendBytes(byte[] bytes) {
    MethodDescriptor<ForwardRequest, ForwardResponse> method =
        StudentServiceGrpc.getForwardMethod();
    ClientCall<byte[], ForwardResponse> call =
        channel.newCall(
            method.toBuilder(new Bytes(), method.getResponseMarshaller()).build(),
            CallOptions.DEFAULT.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS));
    CompletableFuture<Status> end = new CompletableFuture<>();
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onClose(Status status, Metadata trailers) {
            end.complete(status);
          }
        },
        new Metadata());
    call.sendMessage(bytes);
    call.request(1);
    return end;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /** A batch of a package for students first..end-1. */
  public static ForwardRequest.Builder batch(
      DescribeResponse seat, long id, int first, int end, List<TokenRow> rows) {
    return ForwardRequest.newBuilder()
        .setBatchId(id)
        .setPackageDigest(seat.getPackageDigest())
        .setFirstStudent(first)
        .setEndStudent(end)
        .setInputIds(wire(rows.stream().flatMapToInt(row -> IntStream.of(row.ids()))))
        .setTokenTypeIds(wire(rows.stream().flatMapToInt(row -> IntStream.of(row.types()))))
        .setRowLengths(wire(rows.stream().mapToInt(TokenRow::length)));
  }

  public static ByteString wire(IntStream numbers) {
    int[] all = numbers.toArray();
    ByteBuffer bytes = ByteBuffer.allocate(4 * all.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(all);
    return ByteString.copyFrom(bytes);
  }

  public static float[] floats(ByteString bytes) {
    float[] numbers = new float[bytes.size() / Float.BYTES];
    bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
    return numbers;
  }

  /** One Forward stream. */
  public static final class Stream implements StreamObserver<ForwardResponse> {
    private final BlockingQueue<ForwardResponse> replies = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final StreamObserver<ForwardRequest> requests;

    private Stream(StudentServiceGrpc.StudentServiceStub stub) {
      this.requests = stub.forward(this);
    }

    public void send(ForwardRequest.Builder request) {
      requests.onNext(request.build());
    }

    public void halfClose() {
      requests.onCompleted();
    }

    public void cancel() {
      requests.onError(new InterruptedException("the client leaves"));
    }

    /** The next reply. */
    public ForwardResponse next() throws InterruptedException {
      ForwardResponse reply = replies.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
      if (reply == null) {
        throw new AssertionError("no reply within " + DEADLINE_SECONDS + " s; stream " + end);
      }
      return reply;
    }

    public boolean hasReplies() {
      return !replies.isEmpty();
    }

    /** Waits for the end: null after a normal one, else throws its status as the cause. */
    public void awaitEnd() throws Exception {
      end.get(DEADLINE_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public void onNext(ForwardResponse reply) {
      replies.add(reply);
    }

    @Override
    public void onError(Throwable cause) {
      end.completeExceptionally(cause);
    }

    @Override
    public void onCompleted() {
      end.complete(null);
    }
  }

  private record Bytes() implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      throw new UnsupportedOperationException("only requests are bytes");
    }
  }
}
