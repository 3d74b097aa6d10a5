package dev.cohort.aggregator.burst;

import dev.cohort.aggregator.dispatch.SignalListener;
import dev.cohort.protocol.burst.v1.WatchResponse;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One stream of burst signals. A client that does not read in time misses states and gets the
 * latest once it reads again; at most one state waits here. Thread-safe.
 */
final class Watcher implements SignalListener {
  private final ServerCallStreamObserver<WatchResponse> stream;
  private final Consumer<Watcher> gone;
  // Guarded by this.
  private Optional<WatchResponse> waiting = Optional.empty();
  private boolean ended;

  /**
   * Made inside the call that it answers, as the stream's handlers must be.
   *
   * @param gone told once when the stream has ended, whoever ended it
   */
  Watcher(ServerCallStreamObserver<WatchResponse> stream, Consumer<Watcher> gone) {
    this.stream = stream;
    this.gone = gone;
    stream.setOnReadyHandler(this::flush);
    stream.setOnCancelHandler(this::cancelled);
  }

  @Override
  public synchronized void signals(WatchResponse state) {
    waiting = Optional.of(state);
    flush();
  }

  /** Ends the stream, unless it has ended. */
  void end(Status reason) {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      waiting = Optional.empty();
      stream.onError(reason.asRuntimeException());
    }
    gone.accept(this);
  }

  private void cancelled() {
    synchronized (this) {
      if (ended) {
        return;
      }
      ended = true;
      waiting = Optional.empty();
    }
    gone.accept(this);
  }

  // The transport says that it is ready while it holds less than 32 KiB of what was not read.
  private synchronized void flush() {
    if (!ended && waiting.isPresent() && stream.isReady()) {
      stream.onNext(waiting.orElseThrow());
      waiting = Optional.empty();
    }
  }
}
