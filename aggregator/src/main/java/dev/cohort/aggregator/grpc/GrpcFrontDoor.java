package dev.cohort.aggregator.grpc;

import dev.cohort.aggregator.InferenceServer;
import dev.cohort.aggregator.burst.BurstSignalsService;
import dev.cohort.aggregator.control.ControlService;
import dev.cohort.protocol.MalformedRequests;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc;
import dev.cohort.security.ServerSecurity;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The gRPC port: inference, health and reflection. Handlers run on the network threads. Start once,
 * stop once. Thread-safe.
 */
public final class GrpcFrontDoor implements AutoCloseable {
  /** Clients may ping this often, also without calls; load balancers and pools do. */
  private static final Duration PERMITTED_KEEP_ALIVE = Duration.ofSeconds(5);

  /** A connection whose client has gone without a word is found within about this time. */
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(60);

  /** Headers of one call; a token and a trace take a few hundred bytes. */
  private static final int MAX_HEADER_BYTES = 16 * 1024;

  /** A connection must become one of HTTP/2, with TLS where it is on, within this time. */
  private static final Duration HANDSHAKE = Duration.ofSeconds(20);

  /** A connection without calls is closed after this time. */
  private static final Duration IDLE = Duration.ofMinutes(15);

  /**
   * A connection takes no new calls after about this time, so that clients look where aggregators
   * are now; its calls go on.
   */
  private static final Duration AGE = Duration.ofMinutes(30);

  private static final Duration FORCED_STOP = Duration.ofSeconds(2);

  private final Server server;
  private final BurstSignalsService signals;
  private final HealthStatusManager health = new HealthStatusManager();
  private final AtomicBoolean draining = new AtomicBoolean();

  /**
   * A port that is not open yet.
   *
   * @param signals of what is served
   * @param control of what is served
   * @param security TLS and tokens, where they are on
   * @param maxMessageBytes of a request, decompressed; larger ones end with {@code
   *     RESOURCE_EXHAUSTED}
   * @param limits of what clients may open
   */
  public GrpcFrontDoor(
      InferenceServer inference,
      BurstSignalsService signals,
      ControlService control,
      InetSocketAddress address,
      ServerSecurity security,
      int maxMessageBytes,
      ConnectionLimits limits) {
    this.signals = signals;
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(address)
            .directExecutor()
            .maxInboundMessageSize(maxMessageBytes)
            .maxInboundMetadataSize(MAX_HEADER_BYTES)
            .maxConcurrentCallsPerConnection(limits.streams())
            .addTransportFilter(new ConnectionBound(limits.connections()))
            .handshakeTimeout(HANDSHAKE.toSeconds(), TimeUnit.SECONDS)
            .maxConnectionIdle(IDLE.toSeconds(), TimeUnit.SECONDS)
            .maxConnectionAge(AGE.toSeconds(), TimeUnit.SECONDS)
            .permitKeepAliveTime(PERMITTED_KEEP_ALIVE.toSeconds(), TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .keepAliveTime(KEEP_ALIVE.toSeconds(), TimeUnit.SECONDS)
            .addService(MalformedRequests.refusedBy(new GrpcInferenceService(inference)))
            .addService(MalformedRequests.refusedBy(signals))
            .addService(MalformedRequests.refusedBy(control))
            .addService(health.getHealthService())
            .addService(ProtoReflectionServiceV1.newInstance());
    security.tls().ifPresent(tls -> builder.sslContext(tls.grpc()));
    security.tokens().ifPresent(tokens -> builder.intercept(new TokenInterceptor(tokens)));
    if (inference.isTraced()) {
      builder.intercept(new TraceInterceptor());
    }
    this.server = builder.build();
    ready(false);
  }

  /**
   * Opens the port.
   *
   * @throws IOException when it cannot be opened
   */
  public void start() throws IOException {
    server.start();
  }

  /** The port that is open. */
  public int port() {
    return server.getPort();
  }

  /** What the health service says. */
  public void ready(boolean ready) {
    ServingStatus status = ready ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    health.setStatus(GRPCInferenceServiceGrpc.SERVICE_NAME, status);
  }

  /** Says NOT_SERVING and takes no new calls; those in flight go on. */
  public void beginDrain() {
    if (draining.compareAndSet(false, true)) {
      health.enterTerminalState();
      server.shutdown();
      signals.close();
    }
  }

  /** Waits until the calls in flight have ended, or patience has. */
  public void drain(Duration patience) {
    beginDrain();
    await(patience);
  }

  /** Closes the port; calls still in flight fail. */
  @Override
  public void close() {
    server.shutdownNow();
    await(FORCED_STOP);
  }

  private void await(Duration patience) {
    try {
      server.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
