package dev.cohort.cli.serve;

import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc;
import dev.cohort.protocol.inference.ServerReadyRequest;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Asks an aggregator over its own ports. Each question has a deadline of a second. Not for
 * concurrent use.
 */
public final class ReadyProbe implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(1);

  private final Endpoints endpoints;
  private final boolean tls;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(DEADLINE).build();
  private final ManagedChannel channel;

  /**
   * @param tls the HTTP and gRPC ports have TLS: they may want a certificate, so the metrics port,
   *     which knows the same, is asked in their place
   */
  public ReadyProbe(Endpoints endpoints, boolean tls) {
    this.endpoints = endpoints;
    this.tls = tls;
    this.channel =
        Grpc.newChannelBuilderForAddress(
                endpoints.reachableHost(),
                endpoints.grpcPort(),
                InsecureChannelCredentials.create())
            .build();
  }

  /** Whether the aggregator says, on both its ports where they can be asked, that it can answer. */
  public boolean ready() {
    return tls
        ? httpReady(endpoints.metricsPort(), "/health/ready")
        : httpReady(endpoints.httpPort(), "/v2/health/ready") && grpcReady();
  }

  /** The metrics page; an empty one when it cannot be had. */
  public MetricsPage metrics() {
    try {
      return MetricsPage.parse(get(endpoints.metricsPort(), "/metrics").body());
    } catch (IOException e) {
      return MetricsPage.EMPTY;
    }
  }

  @Override
  public void close() {
    http.shutdownNow();
    channel.shutdownNow();
  }

  private boolean httpReady(int port, String path) {
    try {
      return get(port, path).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean grpcReady() {
    // After a failed connection the channel would wait; a probe wants to know now.
    channel.resetConnectBackoff();
    try {
      return GRPCInferenceServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
          .serverReady(ServerReadyRequest.getDefaultInstance())
          .getReady();
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  private HttpResponse<String> get(int port, String path) throws IOException {
    URI address = URI.create("http://" + bracketed() + ":" + port + path);
    try {
      return http.send(
          HttpRequest.newBuilder(address).timeout(DEADLINE).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private String bracketed() {
    String host = endpoints.reachableHost();
    return host.contains(":") ? "[" + host + "]" : host;
  }
}
