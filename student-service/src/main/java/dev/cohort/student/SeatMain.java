package dev.cohort.student;

import dev.cohort.observability.Tracing;
import dev.cohort.observability.TracingSettings;
import dev.cohort.packages.PackageException;
import dev.cohort.security.ServerSecurity;
import dev.cohort.student.engine.EngineException;
import dev.cohort.student.fetch.FetchException;
import dev.cohort.student.fetch.FetchSettings;
import dev.cohort.student.fetch.PackageFetch;
import dev.cohort.student.seat.Seat;
import dev.cohort.student.seat.SeatConfig;
import dev.cohort.student.seat.SeatSettings;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.annotations.QuarkusMain;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The seat's process: opens and loads the seat, waits for a termination signal, closes it; or, with
 * the argument {@code fetch}, gets a package and ends. Exit codes: 0 after a signal, 1 when the
 * package or the engine is refused, 2 for wrong configuration.
 */
@QuarkusMain
@ApplicationScoped
public class SeatMain implements QuarkusApplication {
  private static final Logger LOG = LoggerFactory.getLogger(SeatMain.class);

  /** The command that gets a package instead of serving one. */
  private static final String FETCH = "fetch";

  private final SeatConfig config;
  private final MeterRegistry registry;
  private final String version;
  private final AtomicBoolean stopping = new AtomicBoolean();
  private final AtomicReference<Seat> seat = new AtomicReference<>();
  private final AtomicReference<Tracing> tracing = new AtomicReference<>(Tracing.OFF);

  /** Called by the container. */
  @Inject
  public SeatMain(
      SeatConfig config,
      MeterRegistry registry,
      @ConfigProperty(name = "quarkus.application.version") String version) {
    this.config = config;
    this.registry = registry;
    this.version = version;
  }

  @Override
  public int run(String... arguments) {
    TerminationSignals.run(this::stop);
    try {
      if (List.of(arguments).contains(FETCH)) {
        FetchSettings fetched = config.fetchSettings();
        PackageFetch.run(fetched);
        LOG.info("{} is in {}", fetched.url(), fetched.folder());
        return 0;
      }
      serve();
      Quarkus.waitForExit();
      return 0;
    } catch (IllegalArgumentException e) {
      LOG.error("wrong configuration: {}", e.getMessage());
      return 2;
    } catch (PackageException e) {
      LOG.error("package refused: {}", e.getMessage());
      return 1;
    } catch (FetchException e) {
      LOG.error("the package was not fetched: {}", e.getMessage());
      return 1;
    } catch (IOException | EngineException e) {
      LOG.error("the seat cannot start: {}", e.getMessage());
      return 1;
    }
  }

  /** The seat, once its port is open. */
  public Optional<Seat> seat() {
    return Optional.ofNullable(seat.get());
  }

  private void serve() throws IOException {
    SeatSettings settings = config.settings();
    ServerSecurity security = config.security();
    tracing.set(
        Tracing.of(
            TracingSettings.of(config.tracing(), System.getenv()),
            "cohort-student-service",
            version));
    Seat opened = Seat.open(settings, security, registry, tracing.get());
    seat.set(opened);
    if (stopping.get()) {
      opened.close();
      return;
    }
    LOG.info(
        "listening on {}:{} ({}), loading package {}",
        config.host(),
        opened.port(),
        security,
        opened.manifest().name());
    opened.load();
    if (opened.isReady()) {
      LOG.info("ready on {}:{}", config.host(), opened.port());
    }
  }

  void onShutdown(@Observes ShutdownEvent event) {
    stop();
  }

  private void stop() {
    stopping.set(true);
    seat().ifPresent(Seat::close);
    tracing.get().close();
  }
}
