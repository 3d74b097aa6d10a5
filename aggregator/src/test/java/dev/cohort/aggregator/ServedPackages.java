package dev.cohort.aggregator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohort.aggregator.config.Settings;
import dev.cohort.aggregator.dispatch.PrefixSettings;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.protocol.control.v1.ControlGrpc;
import dev.cohort.protocol.control.v1.ControlGrpc.ControlBlockingStub;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One aggregator over several packages, one real seat each, and a client of either transport. */
final class ServedPackages implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long PATIENCE_SECONDS = 30;

  /** Status and body of an HTTP answer. */
  record Reply(int status, JsonNode body) {}

  private final List<RealSeat> seats;
  private final Aggregator aggregator;
  private final SimpleMeterRegistry registry;
  private final Vertx vertx = Vertx.vertx();
  private final HttpServer httpServer;
  private final ManagedChannel channel;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private ServedPackages(List<RealSeat> seats, Aggregator aggregator, SimpleMeterRegistry registry)
      throws Exception {
    this.registry = registry;
    this.seats = seats;
    this.aggregator = aggregator;
    this.httpServer =
        vertx
            .createHttpServer()
            .requestHandler(aggregator.http())
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", aggregator.grpcPort()).usePlaintext().build();
  }

  /** Serves these packages unpruned; all are ready when this returns. */
  static ServedPackages start(List<Path> packages) throws Exception {
    List<RealSeat> seats = packages.stream().map(folder -> RealSeat.start(folder, 0)).toList();
    return start(packages, seats, TestSettings.UNPRUNED);
  }

  /**
   * Serves packages from these seats, which are closed with it; all are ready and connected, and
   * hold their students.
   */
  static ServedPackages start(List<Path> packages, List<RealSeat> seats, PrefixSettings prefixes)
      throws Exception {
    seats.forEach(RealSeat::awaitLoaded);
    ServedPackages served = connect(packages, seats, prefixes);
    Await.until("every model is ready", served.aggregator::isReady);
    return served;
  }

  /** As start, but as soon as the seats take work, with whatever students they hold by then. */
  static ServedPackages connect(List<Path> packages, List<RealSeat> seats, PrefixSettings prefixes)
      throws Exception {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    Aggregator aggregator = aggregator(packages, seats, prefixes, registry);
    ServedPackages served = new ServedPackages(seats, aggregator, registry);
    Await.until(
        "every seat is connected", () -> served.gauge("cohort.seats.connected") == seats.size());
    return served;
  }

  /** A counter of the aggregator, summed over its labels. */
  double count(String name) {
    return registry.find(name).counters().stream().mapToDouble(Counter::count).sum();
  }

  /** A gauge of the aggregator, summed over its labels. */
  double gauge(String name) {
    return registry.find(name).gauges().stream().mapToDouble(Gauge::value).sum();
  }

  private static Aggregator aggregator(
      List<Path> packages,
      List<RealSeat> seats,
      PrefixSettings prefixes,
      SimpleMeterRegistry registry)
      throws IOException {
    Settings settings =
        TestSettings.of(
            packages, seats.stream().map(RealSeat::address).toList(), 1 << 20, prefixes);
    ServingMetrics metrics = new ServingMetrics(registry);
    return Aggregator.start(settings, "1.2.3", metrics, NanoClock.SYSTEM);
  }

  /** Calls over gRPC. */
  GRPCInferenceServiceBlockingStub grpc() {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Calls of an operator. */
  ControlBlockingStub control() {
    return ControlGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  /** Watches the aggregator's burst signals. */
  SignalWatch watch() {
    return SignalWatch.of(channel);
  }

  /** An inference call over HTTP. */
  Reply post(String model, String body) {
    return send(
        request("/v2/models/" + model + "/infer").POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  /** Any other call over HTTP. */
  Reply get(String path) {
    return send(request(path));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpServer.actualPort() + path))
        .timeout(Duration.ofSeconds(PATIENCE_SECONDS));
  }

  private Reply send(HttpRequest.Builder request) {
    try {
      HttpResponse<byte[]> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      return new Reply(response.statusCode(), JSON.readTree(response.body()));
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    http.close();
    channel.shutdownNow();
    vertx.close();
    aggregator.close();
    seats.forEach(RealSeat::close);
  }
}
