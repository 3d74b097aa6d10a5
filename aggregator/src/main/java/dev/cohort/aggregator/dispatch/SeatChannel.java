package dev.cohort.aggregator.dispatch;

import dev.cohort.protocol.student.v1.DescribeRequest;
import dev.cohort.protocol.student.v1.DescribeResponse;
import dev.cohort.protocol.student.v1.ForwardRequest;
import dev.cohort.protocol.student.v1.ForwardResponse;
import dev.cohort.protocol.student.v1.StudentServiceGrpc;
import dev.cohort.security.ClientTls;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * The gRPC side of one seat. All methods are called by the dispatch thread, which is the network
 * thread of the connection too; all callbacks run on it.
 */
final class SeatChannel implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(SeatChannel.class);

  /** A block has at most 16 MiB of numbers (the bound on rows sees to it); the rest is framing. */
  private static final int MAX_MESSAGE_BYTES = 20 * 1024 * 1024;

  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);
  private static final Duration KEEP_ALIVE_TIMEOUT = Duration.ofSeconds(5);

  /** What comes back on a stream. Nothing follows {@code closed}. */
  interface Replies {
    void received(SeatReply reply);

    void closed(String reason);
  }

  /** A stream to the seat. */
  interface Outbox {
    void send(ForwardRequest message);

    /** Ends the stream at once; nothing may be sent after that. */
    void cancel(String reason);
  }

  private final ManagedChannel channel;
  private final StudentServiceGrpc.StudentServiceStub stub;
  private final OwnerThread owner;

  SeatChannel(SeatMember member, Optional<ClientTls> tls, OwnerThread owner) {
    this.owner = owner;
    SeatAddress address = member.address();
    NettyChannelBuilder builder = NettyChannelBuilder.forAddress(address.host(), address.port());
    if (!member.authority().equals(address.host())) {
      builder.overrideAuthority(member.authority());
    }
    tls.ifPresentOrElse(on -> builder.sslContext(on.grpc()), builder::usePlaintext);
    this.channel =
        builder
            .eventLoopGroup(owner.group())
            .channelType(owner.channelType())
            .directExecutor()
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .keepAliveTime(KEEP_ALIVE.toSeconds(), TimeUnit.SECONDS)
            .keepAliveTimeout(KEEP_ALIVE_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
            .build();
    this.stub = StudentServiceGrpc.newStub(channel);
  }

  /** Asks the seat what it serves. */
  void describe(Duration timeout, Consumer<DescribeResponse> answered, Consumer<String> failed) {
    channel.resetConnectBackoff();
    stub.withDeadlineAfter(timeout)
        .describe(
            DescribeRequest.getDefaultInstance(),
            new StreamObserver<>() {
              @Override
              public void onNext(DescribeResponse response) {
                post(() -> answered.accept(response));
              }

              @Override
              public void onError(Throwable failure) {
                post(() -> failed.accept(text(failure)));
              }

              @Override
              public void onCompleted() {}
            });
  }

  /** Opens the stream for work. */
  Outbox open(int columns, Replies replies) {
    Stream stream = new Stream(columns, replies);
    stub.forward(stream);
    return stream;
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  // A thread that has ended has no use for what still comes in.
  private void post(Runnable command) {
    try {
      owner.execute(command);
    } catch (RejectedExecutionException e) {
      LOG.debugf("dropped after the end: %s", e.getMessage());
    }
  }

  private static String text(Throwable failure) {
    Status status = Status.fromThrowable(failure);
    String text =
        status.getDescription() == null
            ? status.getCode().toString()
            : status.getCode() + ": " + status.getDescription();
    return status.getCause() == null ? text : text + ", " + root(status.getCause()).getMessage();
  }

  // What refused a certificate, or a connection.
  private static Throwable root(Throwable failure) {
    return failure.getCause() == null ? failure : root(failure.getCause());
  }

  private final class Stream
      implements ClientResponseObserver<ForwardRequest, ForwardResponse>, Outbox {
    private final int columns;
    private final Replies replies;
    // Set before forward() returns.
    private ClientCallStreamObserver<ForwardRequest> requests;

    Stream(int columns, Replies replies) {
      this.columns = columns;
      this.replies = replies;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<ForwardRequest> requestStream) {
      requests = requestStream;
    }

    @Override
    public void send(ForwardRequest message) {
      requests.onNext(message);
    }

    @Override
    public void cancel(String reason) {
      requests.cancel(reason, null);
    }

    @Override
    public void onNext(ForwardResponse message) {
      owner.run(() -> replies.received(SeatReply.of(message, columns)));
    }

    @Override
    public void onError(Throwable failure) {
      String reason =
          failure instanceof StatusRuntimeException ? text(failure) : failure.toString();
      post(() -> replies.closed(reason));
    }

    @Override
    public void onCompleted() {
      post(() -> replies.closed("the seat ended the stream"));
    }
  }
}
