package dev.cohort.aggregator;

import dev.cohort.aggregator.burst.BurstSignalsService;
import dev.cohort.aggregator.config.Security;
import dev.cohort.aggregator.config.Settings;
import dev.cohort.aggregator.control.ControlService;
import dev.cohort.aggregator.dispatch.Dispatcher;
import dev.cohort.aggregator.grpc.GrpcFrontDoor;
import dev.cohort.aggregator.http.BodyMemory;
import dev.cohort.aggregator.http.HttpFrontDoor;
import dev.cohort.aggregator.membership.Directories;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.aggregator.model.ModelCatalog;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.aggregator.pipeline.Admission;
import dev.cohort.aggregator.pipeline.InferencePipeline;
import dev.cohort.observability.Tracing;
import dev.cohort.packages.Package;
import dev.cohort.packages.PackageException;
import dev.cohort.packages.TextTokenizer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * One running aggregator: packages opened and verified, seats connected, the gRPC port open. The
 * HTTP port belongs to whoever made this and hands requests to {@link #http}. Start once with
 * {@link #start}; stop with {@link #drain}, then {@link #close}.
 */
public final class Aggregator implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Aggregator.class);

  /** For the last statuses to be sent when all is closed. */
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);

  private final Settings settings;
  private final List<TextTokenizer> tokenizers;
  private final ThreadPoolExecutor textPool;
  private final ThreadPoolExecutor answerer;
  private final Dispatcher dispatcher;
  private final InferenceServer server;
  private final GrpcFrontDoor grpc;
  private final HttpFrontDoor http;

  private Aggregator(
      Settings settings,
      Security security,
      List<ServedModel> models,
      Tracing tracing,
      String version,
      ServingMetrics metrics,
      NanoClock clock) {
    this.settings = settings;
    this.tokenizers = models.stream().map(ServedModel::tokenizer).toList();
    ModelCatalog catalog = new ModelCatalog(models);
    Admission admission =
        new Admission(settings.queueRequests(), settings.queueTokens(), settings.queueBytes());
    metrics.queue(admission::requests, admission::tokens);
    this.textPool =
        pool(
            "cohort-text-",
            settings.tokenizerThreads(),
            Math.max(64, 2 * settings.queueRequests()));
    this.answerer = pool("cohort-answer-", 1, Integer.MAX_VALUE);
    this.dispatcher =
        new Dispatcher(
            catalog,
            Directories.of(settings.seats()),
            security.seats(),
            settings.dispatch(),
            metrics,
            clock);
    InferencePipeline pipeline =
        new InferencePipeline(
            catalog,
            admission,
            textPool,
            dispatcher,
            answerer,
            metrics,
            tracing,
            settings.timeout(),
            clock);
    this.server = new InferenceServer(catalog, dispatcher, pipeline, metrics, version);
    this.grpc =
        new GrpcFrontDoor(
            server,
            new BurstSignalsService(dispatcher),
            new ControlService(catalog, dispatcher),
            new InetSocketAddress(settings.host(), settings.grpcPort()),
            security.clients(),
            settings.messageBytes(),
            settings.connections());
    this.http =
        new HttpFrontDoor(
            server,
            textPool,
            settings.messageBytes(),
            new BodyMemory(settings.queueBytes()),
            security.clients().tokens());
  }

  /**
   * As {@link #start(Settings, Security, Tracing, String, ServingMetrics, NanoClock)}, without TLS,
   * authentication and traces, for this machine only.
   *
   * @throws IllegalArgumentException also when the host is not a loopback address
   */
  public static Aggregator start(
      Settings settings, String version, ServingMetrics metrics, NanoClock clock)
      throws IOException {
    return start(settings, Security.local(settings), Tracing.OFF, version, metrics, clock);
  }

  /**
   * Opens packages and ports and begins to connect to the seats.
   *
   * @param security stays the caller's, to be closed after this
   * @param tracing stays the caller's, to be closed after this
   * @param version of this program
   * @throws PackageException when a package is damaged
   * @throws IOException when the gRPC port cannot be opened
   * @throws IllegalArgumentException when packages have the same name
   */
  public static Aggregator start(
      Settings settings,
      Security security,
      Tracing tracing,
      String version,
      ServingMetrics metrics,
      NanoClock clock)
      throws IOException {
    Aggregator aggregator =
        new Aggregator(settings, security, open(settings), tracing, version, metrics, clock);
    aggregator.dispatcher.onReadiness(
        (model, ready) -> {
          LOG.infof("model=%s ready=%s", model.name(), ready);
          aggregator.grpc.ready(aggregator.server.isReady());
        });
    try {
      aggregator.grpc.start();
    } catch (IOException e) {
      aggregator.close();
      throw new IOException(
          "cohort.grpc-port: %s:%d cannot be opened: %s"
              .formatted(settings.host(), settings.grpcPort(), rootText(e)),
          e);
    }
    aggregator.dispatcher.start();
    return aggregator;
  }

  /** Takes HTTP requests. */
  public HttpFrontDoor http() {
    return http;
  }

  /** The gRPC port that is open. */
  public int grpcPort() {
    return grpc.port();
  }

  /** Whether every model can answer. */
  public boolean isReady() {
    return server.isReady();
  }

  /** Says that it is not ready and takes no new requests; returns at once. */
  public void beginDrain() {
    server.drain();
    // First HTTP: when the gRPC port is seen to be closed, no transport takes new work.
    http.beginDrain();
    grpc.beginDrain();
  }

  /** Waits for the calls in flight, for as long as the settings say. */
  public void drain() {
    beginDrain();
    long deadline = System.nanoTime() + settings.drain().toNanos();
    grpc.drain(settings.drain());
    http.drain(Duration.ofNanos(deadline - System.nanoTime()));
  }

  /** Ends what is still in flight with {@code UNAVAILABLE}. */
  @Override
  public void close() {
    beginDrain();
    // Calls must have their status before the port is closed under them: to clients a stream that
    // is cut is CANCELLED, which they do not retry.
    dispatcher.close();
    grpc.drain(LAST_WORDS);
    grpc.close();
    stop(textPool);
    stop(answerer);
    tokenizers.forEach(TextTokenizer::close);
  }

  private static List<ServedModel> open(Settings settings) throws PackageException {
    List<ServedModel> models = new ArrayList<>();
    try {
      for (Path directory : settings.packages()) {
        Package opened = Package.open(directory);
        models.add(new ServedModel(opened.manifest(), opened.tokenizer(), settings.rows()));
        LOG.infof(
            "model=%s version=%s students=%d digest=%s",
            opened.manifest().name(),
            opened.manifest().version(),
            opened.manifest().studentsTotal(),
            opened.digest());
      }
      return models;
    } catch (PackageException | RuntimeException e) {
      models.forEach(model -> model.tokenizer().close());
      throw e;
    }
  }

  // Threads end when idle, so that a small process stays small.
  private static ThreadPoolExecutor pool(String name, int threads, int queue) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            threads,
            threads,
            30,
            TimeUnit.SECONDS,
            queue == Integer.MAX_VALUE
                ? new LinkedBlockingQueue<>()
                : new ArrayBlockingQueue<>(queue),
            Thread.ofPlatform().name(name, 0).daemon().factory());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private static void stop(ThreadPoolExecutor pool) {
    pool.shutdownNow();
    try {
      pool.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String rootText(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause.getMessage();
  }
}
