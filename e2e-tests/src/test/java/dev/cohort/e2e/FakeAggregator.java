package dev.cohort.e2e;

import dev.cohort.protocol.burst.v1.BurstSignalsGrpc;
import dev.cohort.protocol.burst.v1.WatchRequest;
import dev.cohort.protocol.burst.v1.WatchResponse;
import dev.cohort.protocol.control.v1.ControlGrpc;
import dev.cohort.protocol.control.v1.SetPrefixBoundsRequest;
import dev.cohort.protocol.control.v1.SetPrefixBoundsResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * What an operator sees of an aggregator: its burst signals, on an address of this machine. They
 * are sent at once and again and again. Thread-safe.
 */
public final class FakeAggregator implements AutoCloseable {
  private static final int PORT = 8001;

  private final Server server;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final List<StreamObserver<WatchResponse>> watchers = new CopyOnWriteArrayList<>();
  private final Supplier<WatchResponse> signals;
  private final AtomicInteger most = new AtomicInteger(Integer.MAX_VALUE);

  /**
   * Begins to tell.
   *
   * @param address to listen on
   * @param period from one message to the next
   */
  public FakeAggregator(String address, Duration period, Supplier<WatchResponse> signals) {
    this.signals = signals;
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(address, PORT))
            .addService(new Signals())
            .addService(new Control())
            .build();
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    timer.scheduleAtFixedRate(
        this::tell, period.toMillis(), period.toMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    timer.shutdownNow();
    server.shutdownNow();
  }

  private void tell() {
    WatchResponse message = message();
    for (StreamObserver<WatchResponse> watcher : watchers) {
      try {
        synchronized (watcher) {
          watcher.onNext(message);
        }
      } catch (RuntimeException e) {
        watchers.remove(watcher);
      }
    }
  }

  /** What is to be said, within the bounds that were set. */
  private WatchResponse message() {
    WatchResponse.Builder message = signals.get().toBuilder();
    message
        .getModelsBuilderList()
        .forEach(
            model ->
                model
                    .setPrefixMax(Math.min(model.getPrefixMax(), most.get()))
                    .setPrefix(Math.min(model.getPrefix(), most.get())));
    return message.build();
  }

  /** Bounds. */
  private final class Control extends ControlGrpc.ControlImplBase {
    @Override
    public void setPrefixBounds(
        SetPrefixBoundsRequest request, StreamObserver<SetPrefixBoundsResponse> responses) {
      most.set(request.getPrefixMax());
      responses.onNext(SetPrefixBoundsResponse.getDefaultInstance());
      responses.onCompleted();
    }
  }

  /** The signals. */
  private final class Signals extends BurstSignalsGrpc.BurstSignalsImplBase {
    @Override
    public void watch(WatchRequest request, StreamObserver<WatchResponse> responses) {
      synchronized (responses) {
        responses.onNext(message());
      }
      watchers.add(responses);
    }
  }
}
