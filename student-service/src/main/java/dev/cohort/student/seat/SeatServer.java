package dev.cohort.student.seat;

import dev.cohort.protocol.MalformedRequests;
import dev.cohort.security.ServerTls;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A gRPC server on Netty: epoll where the kernel has it, handlers on the event loops, bounded
 * messages.
 */
final class SeatServer implements AutoCloseable {
  private static final int WINDOW = 4 << 20;
  private static final long STOP_SECONDS = 2;

  /** An aggregator needs one stream, a question and a watch on health at a time. */
  private static final int CALLS_OF_A_CONNECTION = 128;

  private final EventLoopGroup loops;
  private final Server server;

  /** Network threads for a server, which ends them. */
  static EventLoopGroup loops(int threads) {
    DefaultThreadFactory names = new DefaultThreadFactory("grpc", true);
    return Epoll.isAvailable()
        ? new EpollEventLoopGroup(threads, names)
        : new NioEventLoopGroup(threads, names);
  }

  /**
   * Listens from now on.
   *
   * @param loops by {@link #loops}
   * @param tls none for plaintext
   * @param maxMessage bytes of the longest message that is read
   * @throws IOException when the address cannot be had
   */
  SeatServer(
      EventLoopGroup loops,
      String host,
      int port,
      Optional<ServerTls> tls,
      int maxMessage,
      List<BindableService> services)
      throws IOException {
    this.loops = loops;
    Class<? extends ServerChannel> channel =
        loops instanceof EpollEventLoopGroup
            ? EpollServerSocketChannel.class
            : NioServerSocketChannel.class;
    NettyServerBuilder builder =
        NettyServerBuilder.forAddress(new InetSocketAddress(host, port))
            .channelType(channel)
            .bossEventLoopGroup(loops)
            .workerEventLoopGroup(loops)
            .directExecutor()
            .maxInboundMessageSize(maxMessage)
            .maxConcurrentCallsPerConnection(CALLS_OF_A_CONNECTION)
            .flowControlWindow(WINDOW)
            .permitKeepAliveWithoutCalls(true)
            .permitKeepAliveTime(5, TimeUnit.SECONDS);
    tls.ifPresent(on -> builder.sslContext(on.grpc()));
    services.forEach(service -> builder.addService(MalformedRequests.refusedBy(service)));
    this.server = start(builder);
  }

  private Server start(NettyServerBuilder builder) throws IOException {
    try {
      return builder.build().start();
    } catch (IOException e) {
      loops.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS);
      throw e;
    }
  }

  /** The port in use. */
  int port() {
    return server.getPort();
  }

  /** Ends calls in progress after a moment, and the threads. */
  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        server.shutdownNow().awaitTermination(STOP_SECONDS, TimeUnit.SECONDS);
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
    loops.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS).awaitUninterruptibly();
  }
}
