package dev.cohort.security;

import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** What all TLS here has in common. Stateless. */
final class Contexts {
  /**
   * A resumed session does not look at certificates again, so an authority that was taken out would
   * live on in it. Connections are long-lived, and nothing is lost without resumption: TLS 1.3
   * sends no tickets, TLS 1.2 neither, and what 1.2 keeps itself ends after this time, the shortest
   * there is. Without the properties a client could resume for more than an hour; HandshakeIT has
   * the case.
   */
  private static final Duration SESSION = Duration.ofSeconds(1);

  // The JDK has no other switch. Read once, when the first context is made.
  static {
    System.setProperty("jdk.tls.server.newSessionTicketCount", "0");
    System.setProperty("jdk.tls.server.enableSessionTicketExtension", "false");
  }

  private static final ApplicationProtocolConfig HTTP =
      new ApplicationProtocolConfig(
          Protocol.ALPN,
          SelectorFailureBehavior.NO_ADVERTISE,
          SelectedListenerFailureBehavior.ACCEPT,
          "h2",
          "http/1.1");

  private Contexts() {}

  static SslContext grpc(SslContextBuilder builder) {
    return build(GrpcSslContexts.configure(builder, SslProvider.JDK));
  }

  /** HTTP/2 and HTTP/1.1, with gRPC's choice of cipher suites. */
  static SslContext http(SslContextBuilder builder) {
    return build(
        GrpcSslContexts.configure(builder, SslProvider.JDK).applicationProtocolConfig(HTTP));
  }

  private static SslContext build(SslContextBuilder builder) {
    try {
      return builder.protocols("TLSv1.3", "TLSv1.2").sessionTimeout(SESSION.toSeconds()).build();
    } catch (SSLException e) {
      throw new IllegalStateException("the JDK's TLS cannot be set up; this is a bug", e);
    }
  }
}
