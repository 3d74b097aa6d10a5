package dev.cohort.aggregator;

import dev.cohort.aggregator.http.HttpTls;
import io.quarkus.vertx.http.HttpServerOptionsCustomizer;
import io.vertx.core.http.HttpServerOptions;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.Readiness;

/** Puts TLS on the HTTP port, which the container opens, when the settings ask for it. */
@Singleton
final class HttpPort implements HttpServerOptionsCustomizer {
  private final AggregatorProcess process;

  HttpPort(@Readiness AggregatorProcess process) {
    this.process = process;
  }

  @Override
  public void customizeHttpServer(HttpServerOptions options) {
    process.tls().ifPresent(tls -> HttpTls.apply(tls, options));
  }
}
