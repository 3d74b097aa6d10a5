package dev.cohort.operator.burst;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.netty.channel.ChannelOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Connections to aggregators. Thread-safe. */
public final class SignalChannels implements SignalCache.Channels {
  /** The signals of 64 students on 1,024 seats are below it. */
  private static final int MAX_MESSAGE_BYTES = 1 << 20;

  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);
  private static final Duration KEEP_ALIVE_TIMEOUT = Duration.ofSeconds(5);
  private static final int CONNECT_MILLIS = 3_000;

  @Override
  public ManagedChannel open(ResourceID ensemble, Target target) {
    return NettyChannelBuilder.forAddress(target.address(), target.port())
        .usePlaintext()
        .directExecutor()
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .withOption(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
        .keepAliveTime(KEEP_ALIVE.toSeconds(), TimeUnit.SECONDS)
        .keepAliveTimeout(KEEP_ALIVE_TIMEOUT.toSeconds(), TimeUnit.SECONDS)
        .build();
  }
}
