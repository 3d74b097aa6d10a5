package dev.cohort.student.seat;

import dev.cohort.protocol.student.v1.DescribeRequest;
import dev.cohort.protocol.student.v1.DescribeResponse;
import dev.cohort.protocol.student.v1.ForwardRequest;
import dev.cohort.protocol.student.v1.ForwardResponse;
import dev.cohort.protocol.student.v1.StudentServiceGrpc.StudentServiceImplBase;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** The student protocol's two calls. It runs on gRPC's event loops. */
final class StudentGrpcService extends StudentServiceImplBase {
  private final Supplier<DescribeResponse> description;
  private final CreditPool credits;
  private final int maxStreams;
  private final ForwardStream.Admission admission;
  private final IntSupplier queueLength;
  private final SeatMetrics metrics;
  private final Set<ForwardStream> streams = ConcurrentHashMap.newKeySet();

  StudentGrpcService(
      Supplier<DescribeResponse> description,
      CreditPool credits,
      int maxStreams,
      ForwardStream.Admission admission,
      IntSupplier queueLength,
      SeatMetrics metrics) {
    this.description = description;
    this.credits = credits;
    this.maxStreams = maxStreams;
    this.admission = admission;
    this.queueLength = queueLength;
    this.metrics = metrics;
  }

  @Override
  public void describe(DescribeRequest request, StreamObserver<DescribeResponse> reply) {
    reply.onNext(description.get());
    reply.onCompleted();
  }

  @Override
  public StreamObserver<ForwardRequest> forward(StreamObserver<ForwardResponse> replies) {
    CreditPool.Opened opened = credits.open();
    if (credits.streams() > maxStreams) {
      opened.account().close();
      replies.onError(
          Status.RESOURCE_EXHAUSTED
              .withDescription("this seat takes at most %d streams".formatted(maxStreams))
              .asRuntimeException());
      return new IgnoredStream();
    }
    return open((ServerCallStreamObserver<ForwardResponse>) replies, opened);
  }

  /** Ends all streams; their clients see a normal end. */
  void completeStreams() {
    streams.forEach(ForwardStream::complete);
  }

  private ForwardStream open(
      ServerCallStreamObserver<ForwardResponse> replies, CreditPool.Opened opened) {
    ForwardStream[] self = new ForwardStream[1];
    ForwardStream stream =
        new ForwardStream(
            replies, opened, admission, queueLength, metrics, () -> streams.remove(self[0]));
    self[0] = stream;
    streams.add(stream);
    replies.setOnCancelHandler(stream::end);
    return stream;
  }

  /** Requests of a stream that was refused. */
  private static final class IgnoredStream implements StreamObserver<ForwardRequest> {
    @Override
    public void onNext(ForwardRequest request) {
      // The status is on its way; what was sent meanwhile has no answer.
    }

    @Override
    public void onError(Throwable cause) {
      // The client left a stream that was refused anyway.
    }

    @Override
    public void onCompleted() {
      // As above.
    }
  }
}
