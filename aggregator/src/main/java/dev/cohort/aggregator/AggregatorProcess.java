package dev.cohort.aggregator;

import dev.cohort.aggregator.config.AggregatorConfig;
import dev.cohort.aggregator.config.Security;
import dev.cohort.aggregator.config.SecurityConfig;
import dev.cohort.aggregator.config.Settings;
import dev.cohort.aggregator.http.HttpFrontDoor;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.observability.Tracing;
import dev.cohort.observability.TracingSettings;
import dev.cohort.security.ServerTls;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownDelayInitiatedEvent;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.ext.web.Router;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Ties an {@link Aggregator} to the process: settings in, HTTP requests in, health out, and a quiet
 * end on SIGTERM.
 */
@ApplicationScoped
@Readiness
public class AggregatorProcess implements HealthCheck {
  private static final Logger LOG = Logger.getLogger(AggregatorProcess.class);

  private final AggregatorConfig config;
  private final SecurityConfig securityConfig;
  private final MeterRegistry registry;
  private final String version;
  private volatile Optional<Aggregator> running = Optional.empty();
  private volatile Tracing tracing = Tracing.OFF;
  private volatile Optional<Security> security = Optional.empty();

  AggregatorProcess(
      AggregatorConfig config,
      SecurityConfig securityConfig,
      MeterRegistry registry,
      @ConfigProperty(name = "quarkus.application.version") String version) {
    this.config = config;
    this.securityConfig = securityConfig;
    this.registry = registry;
    this.version = version;
  }

  void start(@Observes StartupEvent event) throws IOException {
    Settings settings = Settings.of(config);
    Security protection = Security.of(securityConfig, settings);
    security = Optional.of(protection);
    tracing =
        Tracing.of(
            TracingSettings.of(config.tracing(), System.getenv()), "cohort-aggregator", version);
    Aggregator started =
        Aggregator.start(
            settings, protection, tracing, version, new ServingMetrics(registry), NanoClock.SYSTEM);
    running = Optional.of(started);
    LOG.infof(
        "gRPC on %s:%d, HTTP on %s:%d (%s); metrics on %s:%d (no TLS)",
        config.host(),
        started.grpcPort(),
        config.host(),
        config.httpPort(),
        protection.clients(),
        config.host(),
        config.metricsPort());
  }

  void routes(@Observes Router router) {
    router
        .route()
        .handler(
            context -> {
              Optional<HttpFrontDoor> door = running.map(Aggregator::http);
              if (door.isPresent()) {
                door.get().handle(context.request());
              } else {
                context.response().setStatusCode(503).end("{\"error\":\"starting\"}");
              }
            });
  }

  /** The first event of a stop: both ports are still open, and nothing else has been stopped. */
  void drain(@Observes ShutdownDelayInitiatedEvent event) {
    running.ifPresent(Aggregator::drain);
  }

  void stop(@Observes ShutdownEvent event) {
    running.ifPresent(Aggregator::close);
    security.ifPresent(Security::close);
    tracing.close();
  }

  /** TLS of the HTTP port; known once the process has started, before that port is opened. */
  Optional<ServerTls> tls() {
    return security
        .orElseThrow(() -> new IllegalStateException("HTTP opens before the start; this is a bug"))
        .clients()
        .tls();
  }

  @Override
  public HealthCheckResponse call() {
    boolean ready = running.map(Aggregator::isReady).orElse(false);
    return HealthCheckResponse.named("models").status(ready).build();
  }
}
