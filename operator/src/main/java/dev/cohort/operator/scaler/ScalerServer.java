package dev.cohort.operator.scaler;

import dev.cohort.operator.config.OperatorSettings.ScalerEndpoint;
import dev.cohort.protocol.MalformedRequests;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port for scalers. Nobody listens there before {@link #open}: a stand-by refuses connections,
 * so that clients of one address that stands for all operators come to the one that acts.
 * Thread-safe.
 */
public final class ScalerServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ScalerServer.class);

  /** A question names an ensemble; what else its metadata holds is not read. */
  private static final int MAX_MESSAGE_BYTES = 16 << 10;

  private static final int MAX_HEADER_BYTES = 8 << 10;
  private static final int CALLS_OF_A_CONNECTION = 1024;
  private static final Duration HANDSHAKE = Duration.ofSeconds(20);
  private static final Duration PERMITTED_KEEP_ALIVE = Duration.ofSeconds(5);

  /** A stream whose client has gone without a word is found within about this time. */
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(30);

  private final ScalerEndpoint endpoint;
  private final Server server;
  // Guarded by this.
  private boolean opened;
  private boolean closed;

  /**
   * A server that does not listen yet.
   *
   * @param endpoint whose files are not looked at any more when this is closed
   */
  public ScalerServer(ScalerEndpoint endpoint, BindableService service) {
    this.endpoint = endpoint;
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(endpoint.host(), endpoint.port()))
            .directExecutor()
            .maxInboundMessageSize(MAX_MESSAGE_BYTES)
            .maxInboundMetadataSize(MAX_HEADER_BYTES)
            .maxConcurrentCallsPerConnection(CALLS_OF_A_CONNECTION)
            .handshakeTimeout(HANDSHAKE.toSeconds(), TimeUnit.SECONDS)
            .permitKeepAliveTime(PERMITTED_KEEP_ALIVE.toSeconds(), TimeUnit.SECONDS)
            .permitKeepAliveWithoutCalls(true)
            .keepAliveTime(KEEP_ALIVE.toSeconds(), TimeUnit.SECONDS)
            .addService(MalformedRequests.refusedBy(service));
    endpoint.security().tls().ifPresent(tls -> builder.sslContext(tls.grpc()));
    this.server = builder.build();
  }

  /** Listens from now on; where the port cannot be had, {@link #port} stays empty. */
  public synchronized void open() {
    if (closed || opened) {
      return;
    }
    try {
      server.start();
      opened = true;
      LOG.info("scalers are answered on port {}: {}", server.getPort(), endpoint.security());
    } catch (IOException e) {
      LOG.error("scalers are not answered: {}", e.getMessage());
    }
  }

  /** The port in use; empty while nobody listens. */
  public synchronized OptionalInt port() {
    return opened && !closed ? OptionalInt.of(server.getPort()) : OptionalInt.empty();
  }

  /** Ends all calls, for good; returns at once. */
  @Override
  public synchronized void close() {
    closed = true;
    server.shutdownNow();
    endpoint.security().close();
  }
}
