package dev.cohort.student.seat;

import dev.cohort.packages.BatchRules;
import dev.cohort.packages.Manifest;
import dev.cohort.packages.Package;
import dev.cohort.packages.PackageException;
import dev.cohort.protocol.student.v1.CostTable;
import dev.cohort.protocol.student.v1.DescribeResponse;
import dev.cohort.protocol.student.v1.Limits;
import dev.cohort.protocol.student.v1.StudentServiceGrpc;
import dev.cohort.security.ServerSecurity;
import dev.cohort.student.engine.StudentEngine;
import dev.cohort.student.seat.SeatSettings.Load;
import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running seat. {@link #open} verifies the package and opens the port, {@link #load} makes the
 * seat ready, {@link #close} finishes what was accepted and frees everything. Used once.
 */
public final class Seat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Seat.class);
  private static final int MESSAGE_OVERHEAD = 4096;

  private final SeatSettings settings;
  private final Manifest manifest;
  private final BatchRules rules;
  private final StudentEngine engine;
  private final WorkQueue queue = new WorkQueue();
  private final HealthStatusManager health = new HealthStatusManager();
  private final AtomicBoolean ready = new AtomicBoolean();
  private final AtomicBoolean closing = new AtomicBoolean();

  /** Written once, when the home student is warm. */
  private volatile Optional<CostTable> cost = Optional.empty();

  /** Held while a student is loaded: the process must not end in the middle of that. */
  private final Lock loading = new ReentrantLock();

  private final List<Thread> lanes = new ArrayList<>();
  private final StudentGrpcService service;
  private final SeatServer server;

  private Seat(
      SeatSettings settings, ServerSecurity security, Package opened, MeterRegistry registry)
      throws IOException {
    this.settings = settings;
    this.manifest = opened.manifest();
    this.rules =
        BatchRules.of(manifest)
            .withLimits(settings.maxRows(), settings.maxTokens(), settings.maxRowTokens());
    this.engine = new StudentEngine(opened, settings.intraOpThreads());
    CreditPool credits = new CreditPool(settings.credits());
    SeatMetrics metrics = new SeatMetrics(registry);
    metrics.levels(queue::length, credits::streams);
    BatchAdmission admission =
        new BatchAdmission(
            opened.digest(),
            manifest.studentsTotal(),
            rules,
            settings.maxQueueTime(),
            engine,
            queue,
            ready::get,
            System::nanoTime);
    this.service =
        new StudentGrpcService(
            this::describe, credits, settings.maxStreams(), admission, queue::length, metrics);
    setHealth(ServingStatus.NOT_SERVING);
    this.server =
        new SeatServer(settings.host(), settings.port(), security.tls(), maxMessage(), services());
    for (int lane = 0; lane < settings.lanes(); lane++) {
      lanes.add(startLane(lane, metrics));
    }
  }

  /**
   * As {@link #open(SeatSettings, ServerSecurity, MeterRegistry)}, without TLS, for this machine
   * only.
   *
   * @throws IllegalArgumentException also when the host is not a loopback address
   */
  public static Seat open(SeatSettings settings, MeterRegistry registry) throws IOException {
    return open(settings, ServerSecurity.local(settings.host()), registry);
  }

  /**
   * Verifies the package and listens; {@code Describe} answers from now on.
   *
   * @throws PackageException when the package is refused
   * @throws IllegalArgumentException when the home student is not in the package
   * @throws IOException when the address cannot be had
   */
  public static Seat open(SeatSettings settings, ServerSecurity security, MeterRegistry registry)
      throws IOException {
    Package opened = Package.open(settings.packageFolder());
    int students = opened.manifest().studentsTotal();
    if (settings.homeStudent() >= students) {
      throw new IllegalArgumentException(
          "cohort.home-student is %d; the package has students 0 to %d"
              .formatted(settings.homeStudent(), students - 1));
    }
    return new Seat(settings, security, opened, registry);
  }

  /**
   * Loads, checks and warms the students, the home student first; then the seat takes batches.
   *
   * @throws dev.cohort.student.engine.EngineException when a student fails
   */
  public void load() {
    for (int student : loadOrder()) {
      load(student);
    }
    if (!closing.get()) {
      ready.set(true);
      setHealth(ServingStatus.SERVING);
    }
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
    lanes.forEach(Seat::join);
    closeEngine();
  }

  private void load(int student) {
    loading.lock();
    try {
      if (!closing.get()) {
        engine.load(student);
        new WarmUp(engine, manifest, rules).run(student);
        LOG.info("student {} loaded", student);
        if (student == settings.homeStudent()) {
          measure(student);
        }
      }
    } finally {
      loading.unlock();
    }
  }

  private void measure(int student) {
    CostMeter meter =
        new CostMeter(batch -> engine.forward(batch, student), manifest, rules, System::nanoTime);
    cost = Optional.of(meter.measure());
  }

  private void closeEngine() {
    loading.lock();
    try {
      engine.close();
    } finally {
      loading.unlock();
    }
  }

  private List<Integer> loadOrder() {
    int home = settings.homeStudent();
    IntStream others =
        settings.load() == Load.HOME
            ? IntStream.empty()
            : IntStream.range(0, manifest.studentsTotal()).filter(student -> student != home);
    return IntStream.concat(IntStream.of(home), others).boxed().toList();
  }

  private Thread startLane(int number, SeatMetrics metrics) {
    return Thread.ofPlatform()
        .name("lane-" + number)
        .daemon()
        .start(new Lane(queue, engine, metrics, System::nanoTime));
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

  private static void join(Thread lane) {
    try {
      lane.join();
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

  private DescribeResponse describe() {
    DescribeResponse.Builder description = DescribeResponse.newBuilder();
    cost.ifPresent(description::setCost);
    return description
        .setPackageName(manifest.name())
        .setPackageDigest(manifest.digest())
        .setStudentsTotal(manifest.studentsTotal())
        .addAllStudents(engine.students())
        .setHomeStudent(settings.homeStudent())
        .setOutputDimension(manifest.outputDimension())
        .setLimits(
            Limits.newBuilder()
                .setMaxRows(rules.maxRows())
                .setMaxTokens(rules.maxTokens())
                .setMaxRowTokens(rules.maxRowTokens()))
        .setLanes(settings.lanes())
        .setEngine(StudentEngine.version())
        .setPrecision("fp32")
        .setReady(isReady())
        .build();
  }
}
