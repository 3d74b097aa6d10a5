package dev.cohort.aggregator.burst;

import dev.cohort.aggregator.dispatch.Dispatcher;
import dev.cohort.protocol.burst.v1.BurstSignalsGrpc;
import dev.cohort.protocol.burst.v1.WatchRequest;
import dev.cohort.protocol.burst.v1.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Burst signals over gRPC: each watcher gets the state at once, after changes, and at least every
 * second. More than {@value #MAX_WATCHERS} watchers end with {@code RESOURCE_EXHAUSTED}. {@link
 * #close} ends those that watch. Thread-safe; nothing blocks.
 */
public final class BurstSignalsService extends BurstSignalsGrpc.BurstSignalsImplBase
    implements AutoCloseable {
  /** An operator, its stand-by, a terminal and some people: more is a mistake. */
  static final int MAX_WATCHERS = 16;

  private final Dispatcher dispatcher;
  // Guarded by this.
  private final Set<Watcher> watchers = new HashSet<>();
  private boolean closed;

  /** A service that tells what a dispatcher sees. */
  public BurstSignalsService(Dispatcher dispatcher) {
    this.dispatcher = dispatcher;
  }

  @Override
  public void watch(WatchRequest request, StreamObserver<WatchResponse> responses) {
    Watcher watcher = new Watcher((ServerCallStreamObserver<WatchResponse>) responses, this::gone);
    Status refusal = admit(watcher);
    if (refusal.isOk()) {
      dispatcher.watch(watcher);
    } else {
      watcher.end(refusal);
    }
  }

  /** Ends all streams with {@code UNAVAILABLE}; later ones end at once. */
  @Override
  public void close() {
    List<Watcher> open;
    synchronized (this) {
      closed = true;
      open = List.copyOf(watchers);
    }
    open.forEach(watcher -> watcher.end(stopping()));
  }

  private synchronized Status admit(Watcher watcher) {
    if (closed) {
      return stopping();
    }
    if (watchers.size() >= MAX_WATCHERS) {
      return Status.RESOURCE_EXHAUSTED.withDescription(
          "%d watchers are connected; no more are allowed".formatted(MAX_WATCHERS));
    }
    watchers.add(watcher);
    return Status.OK;
  }

  private void gone(Watcher watcher) {
    synchronized (this) {
      watchers.remove(watcher);
    }
    dispatcher.unwatch(watcher);
  }

  private static Status stopping() {
    return Status.UNAVAILABLE.withDescription("the aggregator is stopping");
  }
}
