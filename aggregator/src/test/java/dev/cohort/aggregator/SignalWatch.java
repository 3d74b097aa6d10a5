package dev.cohort.aggregator;

import dev.cohort.protocol.burst.v1.BurstSignalsGrpc;
import dev.cohort.protocol.burst.v1.WatchRequest;
import dev.cohort.protocol.burst.v1.WatchResponse;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** A client of burst signals that keeps all that comes. Thread-safe. */
final class SignalWatch
    implements ClientResponseObserver<WatchRequest, WatchResponse>, AutoCloseable {
  private final List<WatchResponse> received = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Status> end = new CompletableFuture<>();
  private final boolean reads;
  // Set before watch() returns.
  private ClientCallStreamObserver<WatchRequest> call;

  private SignalWatch(boolean reads) {
    this.reads = reads;
  }

  static SignalWatch of(Channel channel) {
    return start(channel, true);
  }

  /** One that reads nothing until {@link #read}. */
  static SignalWatch unread(Channel channel) {
    return start(channel, false);
  }

  private static SignalWatch start(Channel channel, boolean reads) {
    SignalWatch watch = new SignalWatch(reads);
    BurstSignalsGrpc.newStub(channel).watch(WatchRequest.getDefaultInstance(), watch);
    return watch;
  }

  /** Reads so many messages. */
  void read(int messages) {
    call.request(messages);
  }

  List<WatchResponse> received() {
    return received;
  }

  /** Waits until a message has come that is as wanted, and returns the first. */
  WatchResponse await(String what, Predicate<WatchResponse> wanted) {
    Await.until(what, () -> end.isDone() || received.stream().anyMatch(wanted));
    return received.stream()
        .filter(wanted)
        .findFirst()
        .orElseThrow(() -> new AssertionError(what + ": the stream ended with " + end.join()));
  }

  boolean hasEnded() {
    return end.isDone();
  }

  /** How the stream ended. */
  Status end() {
    Await.until("the stream has ended", end::isDone);
    return end.join();
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
    call = stream;
    if (!reads) {
      stream.disableAutoRequestWithInitial(0);
    }
  }

  @Override
  public void onNext(WatchResponse message) {
    received.add(message);
  }

  @Override
  public void onError(Throwable failure) {
    end.complete(Status.fromThrowable(failure));
  }

  @Override
  public void onCompleted() {
    end.complete(Status.OK);
  }

  @Override
  public void close() {
    call.cancel("enough", null);
  }
}
