package dev.cohort.e2e;

import dev.cohort.protocol.burst.v1.BurstSignalsGrpc;
import dev.cohort.protocol.burst.v1.WatchRequest;
import dev.cohort.protocol.burst.v1.WatchResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What an operator sees of an aggregator: its burst signals, on an address of this machine. They
 * are sent at once and twenty times a second. Thread-safe.
 */
final class FakeAggregator implements AutoCloseable {
  private static final int PORT = 8001;
  private static final long PERIOD_MILLIS = 50;

  private final Server server;
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final List<StreamObserver<WatchResponse>> watchers = new CopyOnWriteArrayList<>();
  private final Supplier<WatchResponse> signals;

  FakeAggregator(String address, Supplier<WatchResponse> signals) {
    this.signals = signals;
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(address, PORT))
            .addService(new Signals())
            .build();
    try {
      server.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    timer.scheduleAtFixedRate(this::tell, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    timer.shutdownNow();
    server.shutdownNow();
  }

  private void tell() {
    WatchResponse message = signals.get();
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

  /** The service. */
  private final class Signals extends BurstSignalsGrpc.BurstSignalsImplBase {
    @Override
    public void watch(WatchRequest request, StreamObserver<WatchResponse> responses) {
      synchronized (responses) {
        responses.onNext(signals.get());
      }
      watchers.add(responses);
    }
  }
}
