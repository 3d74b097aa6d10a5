package dev.cohort.aggregator.http;

import dev.cohort.security.ServerTls;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.List;
import java.util.Set;

/** Puts TLS on an HTTP server before it is opened. Stateless. */
public final class HttpTls {
  private HttpTls() {}

  /** From now on the server speaks TLS only, HTTP/2 or HTTP/1.1 as the client likes. */
  public static void apply(ServerTls tls, HttpServerOptions options) {
    options
        .setSsl(true)
        .setUseAlpn(true)
        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
        .setAlpnVersions(List.of(HttpVersion.HTTP_2, HttpVersion.HTTP_1_1))
        // Asked for when TLS is on; what is used is the engine's.
        .setKeyCertOptions(KeyCertOptions.wrap(tls.keys()))
        .setSslEngineOptions(new Engine(tls));
  }

  /** The same TLS as on the gRPC port, client certificates included. */
  private static final class Engine extends JdkSSLEngineOptions {
    private final ServerTls tls;

    Engine(ServerTls tls) {
      this.tls = tls;
    }

    @Override
    public SslContextFactory sslContextFactory() {
      return tls::http;
    }

    @Override
    public JdkSSLEngineOptions copy() {
      return new Engine(tls);
    }
  }
}
