package dev.cohort.security;

import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import java.util.Optional;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * TLS of a server: 1.2 and 1.3 only, client certificates required when there is an authority for
 * them. New handshakes use what the files say now. Thread-safe.
 */
public final class ServerTls {
  private final IdentityKeys identity;
  private final Optional<Authorities> clients;

  ServerTls(IdentityKeys identity, Optional<Authorities> clients) {
    this.identity = identity;
    this.clients = clients;
  }

  /** For a gRPC server. */
  public SslContext grpc() {
    return Contexts.grpc(builder());
  }

  /** For an HTTP server. */
  public SslContext http() {
    return Contexts.http(builder());
  }

  /** Presents the server's certificate. */
  public X509ExtendedKeyManager keys() {
    return identity;
  }

  /** Whether a handshake without a client certificate fails. */
  public boolean wantsClientCertificates() {
    return clients.isPresent();
  }

  private SslContextBuilder builder() {
    SslContextBuilder builder = SslContextBuilder.forServer(identity);
    clients.ifPresent(
        authorities -> builder.trustManager(authorities).clientAuth(ClientAuth.REQUIRE));
    return builder;
  }
}
