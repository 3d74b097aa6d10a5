package dev.cohort.cli.serve;

import dev.cohort.cli.Target;
import dev.cohort.protocol.burst.v1.BurstSignalsGrpc;
import dev.cohort.protocol.burst.v1.WatchRequest;
import dev.cohort.protocol.burst.v1.WatchResponse;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Watches an aggregator's burst signals until closed, and watches again when the stream ends.
 * Thread-safe.
 */
final class SignalClient implements AutoCloseable {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  /** An aggregator that was started again needs less. */
  private static final long PATIENCE_NANOS = Duration.ofSeconds(15).toNanos();

  /** States older than this say nothing about now. */
  private static final long STALE_NANOS = Duration.ofSeconds(3).toNanos();

  private final ManagedChannel channel;
  private final Context.CancellableContext context = Context.current().withCancellation();
  private final ScheduledExecutorService retries =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("watch-retry").daemon().factory());
  // Guarded by this.
  private Optional<WatchResponse> latest = Optional.empty();
  private long latestNanos;
  private Status end = Status.OK;
  private long endNanos;

  private SignalClient(ManagedChannel channel) {
    this.channel = channel;
  }

  /** Begins to watch. */
  static SignalClient watch(Target target) {
    SignalClient client = new SignalClient(target.channelBuilder().build());
    client.open();
    return client;
  }

  /** The state now; empty while none has come lately. */
  synchronized Optional<WatchResponse> latest() {
    return System.nanoTime() - latestNanos > STALE_NANOS ? Optional.empty() : latest;
  }

  /** Why no state comes; empty also while that may be for a moment only. */
  synchronized Optional<String> problem() {
    boolean passing =
        end.getCode() == Status.Code.UNAVAILABLE && System.nanoTime() - endNanos < PATIENCE_NANOS;
    if (end.isOk() || passing) {
      return Optional.empty();
    }
    return Optional.of(
        end.getDescription() == null
            ? end.getCode().toString()
            : end.getCode() + ": " + end.getDescription());
  }

  @Override
  public void close() {
    retries.shutdownNow();
    context.cancel(null);
    channel.shutdownNow();
  }

  private void open() {
    channel.resetConnectBackoff();
    context.run(
        () ->
            BurstSignalsGrpc.newStub(channel)
                .watch(
                    WatchRequest.getDefaultInstance(),
                    new StreamObserver<>() {
                      @Override
                      public void onNext(WatchResponse state) {
                        received(state);
                      }

                      @Override
                      public void onError(Throwable failure) {
                        ended(Status.fromThrowable(failure));
                      }

                      @Override
                      public void onCompleted() {
                        ended(Status.UNAVAILABLE);
                      }
                    }));
  }

  private synchronized void received(WatchResponse state) {
    latest = Optional.of(state);
    latestNanos = System.nanoTime();
    end = Status.OK;
  }

  private void ended(Status status) {
    synchronized (this) {
      latest = Optional.empty();
      endNanos = end.isOk() ? System.nanoTime() : endNanos;
      end = status;
    }
    if (!context.isCancelled()) {
      retries.schedule(this::open, PAUSE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }
}
