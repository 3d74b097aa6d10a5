package dev.cohort.e2e.cluster;

import dev.cohort.protocol.burst.v1.BurstSignalsGrpc;
import dev.cohort.protocol.burst.v1.ModelSignals;
import dev.cohort.protocol.burst.v1.WatchRequest;
import dev.cohort.protocol.burst.v1.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.util.function.Predicate;

/** What one aggregator, without TLS, says of its load. Ends with the aggregator. Thread-safe. */
public final class BurstWatch implements AutoCloseable {
  private final Timeline<WatchResponse> signals = new Timeline<>();
  private final ManagedChannel channel;

  /** Begins to watch. */
  public BurstWatch(InetSocketAddress aggregator) {
    channel = NettyChannelBuilder.forAddress(aggregator).usePlaintext().build();
    BurstSignalsGrpc.newStub(channel).watch(WatchRequest.getDefaultInstance(), new Told());
  }

  /** What came. */
  public Timeline<WatchResponse> signals() {
    return signals;
  }

  /** Waits for the first message from a moment on whose model is so. */
  public Timeline.Moment<WatchResponse> await(
      String what, long nanos, Predicate<ModelSignals> wanted) {
    return signals.await(
        what, nanos, message -> message.getModelsCount() == 1 && wanted.test(message.getModels(0)));
  }

  /** Fewer students than all. */
  public static boolean isPruned(ModelSignals model) {
    return model.getPrefix() < model.getStudentsTotal();
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  /** Notes what is told. */
  private final class Told implements StreamObserver<WatchResponse> {
    @Override
    public void onNext(WatchResponse message) {
      signals.add(message);
    }

    @Override
    public void onError(Throwable error) {
      // Whoever waits for a message waits in vain.
    }

    @Override
    public void onCompleted() {
      // The same.
    }
  }
}
