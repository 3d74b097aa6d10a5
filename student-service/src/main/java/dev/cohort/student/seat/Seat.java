package dev.cohort.student.seat;

import dev.cohort.observability.Tracing;
import dev.cohort.packages.BatchRules;
import dev.cohort.packages.Manifest;
import dev.cohort.packages.Package;
import dev.cohort.packages.PackageException;
import dev.cohort.packages.Precision;
import dev.cohort.protocol.student.v1.StudentServiceGrpc;
import dev.cohort.security.ServerSecurity;
import dev.cohort.student.engine.Processor;
import dev.cohort.student.engine.StudentEngine;
import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running seat. {@link #open} verifies the package and opens the port, {@link #load} makes the
 * seat ready with its home student and goes on with the others, {@link #close} finishes what was
 * accepted and frees everything. Used once.
 */
public final class Seat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Seat.class);
  private static final int MESSAGE_OVERHEAD = 4096;

  /** Where the lanes have threads of their own. */
  private static final int NETWORK_THREADS = 2;

  private final SeatSettings settings;
  private final Manifest manifest;
  private final BatchRules rules;
  private final StudentEngine engine;
  private final StudentLoader loader;
  private final SeatCosts costs;
  private final Description description;
  private final WorkQueue queue = new WorkQueue();
  private final HealthStatusManager health = new HealthStatusManager();
  private final AtomicBoolean ready = new AtomicBoolean();
  private final AtomicBoolean closing = new AtomicBoolean();

  private final Lanes lanes;
  private final StudentGrpcService service;
  private final SeatServer server;

  private Seat(
      SeatSettings settings,
      ServerSecurity security,
      Package opened,
      Precision precision,
      MeterRegistry registry,
      Tracing tracing)
      throws IOException {
    this.settings = settings;
    this.manifest = opened.manifest();
    this.rules =
        BatchRules.of(manifest)
            .withLimits(settings.maxRows(), settings.maxTokens(), settings.maxRowTokens());
    MemoryBudget budget =
        MemoryBudget.of(settings.holdings(), settings.engine().device(), manifest);
    this.engine = new StudentEngine(opened, precision, settings.engine(), rules);
    this.description = new Description(settings, manifest, rules, engine);
    this.costs = costs();
    CreditPool credits = new CreditPool(settings.credits());
    SeatMetrics metrics = new SeatMetrics(registry);
    metrics.levels(queue::length, credits::streams, () -> engine.students().size());
    metrics.precision(engine.precision());
    this.loader =
        new StudentLoader(
            settings.holdings(),
            manifest,
            engine,
            new WarmUp(engine, manifest, rules),
            budget,
            metrics,
            settings.engine().intraOpThreads() == 1);
    EventLoopGroup loops = SeatServer.loops(settings.lanes() == 1 ? 1 : NETWORK_THREADS);
    this.lanes = lanes(loops, metrics);
    BatchAdmission admission =
        new BatchAdmission(
            opened.digest(),
            manifest.studentsTotal(),
            rules,
            settings.maxQueueTime(),
            engine,
            queue,
            lanes,
            tracing,
            ready::get,
            System::nanoTime);
    this.service =
        new StudentGrpcService(
            () -> description.now(isReady(), loader.isLoading(), costs.grid()),
            credits,
            settings.maxStreams(),
            admission,
            queue::length,
            metrics);
    setHealth(ServingStatus.NOT_SERVING);
    try {
      this.server =
          new SeatServer(
              loops, settings.host(), settings.port(), security.tls(), maxMessage(), services());
    } catch (IOException e) {
      queue.close();
      throw e;
    }
  }

  /**
   * As {@link #open(SeatSettings, ServerSecurity, MeterRegistry, Tracing)}, without TLS and traces,
   * for this machine only.
   *
   * @throws IllegalArgumentException also when the host is not a loopback address
   */
  public static Seat open(SeatSettings settings, MeterRegistry registry) throws IOException {
    return open(settings, ServerSecurity.local(settings.host()), registry, Tracing.OFF);
  }

  /**
   * Verifies the package and listens; {@code Describe} answers from now on.
   *
   * @param tracing stays the caller's, to be closed after this
   * @throws PackageException when the package is refused
   * @throws IllegalArgumentException when the home student is not in the package, or not within the
   *     memory budget, or when the package cannot run in the precision asked for
   * @throws dev.cohort.student.engine.EngineException when the device is missing
   * @throws IOException when the address cannot be had
   */
  public static Seat open(
      SeatSettings settings, ServerSecurity security, MeterRegistry registry, Tracing tracing)
      throws IOException {
    Package opened = Package.open(settings.packageFolder());
    int students = opened.manifest().studentsTotal();
    int home = settings.holdings().home();
    if (home >= students) {
      throw new IllegalArgumentException(
          "cohort.home-student is %d; the package has students 0 to %d"
              .formatted(home, students - 1));
    }
    Precision precision =
        new PrecisionChoice(
                settings.precision(), settings.engine().device(), Processor.multipliesInt8())
            .of(opened.manifest());
    return new Seat(settings, security, opened, precision, registry, tracing);
  }

  /**
   * Loads, checks and warms the home student and finds out what batches cost; then the seat takes
   * batches, and a thread of its own loads the other students, if the seat is to hold them.
   *
   * @throws dev.cohort.student.engine.EngineException when the home student fails
   */
  public void load() {
    if (loader.loadHome(costs::find) && !closing.get()) {
      ready.set(true);
      setHealth(ServingStatus.SERVING);
      loader.loadOthers();
    }
  }

  /**
   * Waits until all students are loaded that will be; false when the time is over before.
   *
   * @throws InterruptedException when the caller is interrupted
   */
  public boolean awaitStudents(Duration timeout) throws InterruptedException {
    return loader.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Whether the seat takes batches. */
  public boolean isReady() {
    return ready.get() && !queue.isDraining();
  }

  /** The port in use. */
  public int port() {
    return server.port();
  }

  /** What the seat serves. */
  public Manifest manifest() {
    return manifest;
  }

  /**
   * Refuses new batches, answers those accepted for as long as the drain timeout allows, then ends
   * streams, lanes and server and frees the engine. Does nothing the second time.
   */
  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    queue.drain();
    health.enterTerminalState();
    awaitIdle();
    service.completeStreams();
    server.close();
    queue.close();
    lanes.close();
    loader.close();
    engine.close();
  }

  private SeatCosts costs() {
    int home = settings.holdings().home();
    CostMeter meter =
        new CostMeter(batch -> engine.forward(batch, home), manifest, rules, System::nanoTime);
    CostKey key =
        new CostKey(
            manifest.digest(),
            engine.name(),
            engine.precision(),
            Hardware.of(settings.engine().device()),
            settings.lanes(),
            settings.engine().intraOpThreads(),
            rules.maxRows(),
            rules.maxTokens(),
            rules.maxRowTokens());
    return new SeatCosts(settings.costCache().map(CostCache::new), key, meter::measure);
  }

  private Lanes lanes(EventLoopGroup loops, SeatMetrics metrics) {
    List<Lane> all =
        IntStream.range(0, settings.lanes())
            .mapToObj(number -> new Lane(queue, engine, metrics, System::nanoTime))
            .toList();
    return all.size() == 1 ? Lanes.on(loops.next(), all.getFirst()) : Lanes.threads(queue, all);
  }

  private void awaitIdle() {
    try {
      if (!queue.awaitIdle(settings.drainTimeout())) {
        LOG.warn("batches were still running after {}", settings.drainTimeout());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void setHealth(ServingStatus status) {
    health.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
    health.setStatus(StudentServiceGrpc.SERVICE_NAME, status);
  }

  @SuppressWarnings("deprecation") // v1alpha: older grpcurl and tools still ask for it.
  private List<BindableService> services() {
    return List.of(
        service,
        health.getHealthService(),
        ProtoReflectionServiceV1.newInstance(),
        io.grpc.protobuf.services.ProtoReflectionService.newInstance());
  }

  private int maxMessage() {
    return Integer.BYTES * (2 * settings.maxTokens() + settings.maxRows()) + MESSAGE_OVERHEAD;
  }
}
