package dev.cohort.e2e.cluster;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.cohort.e2e.Await;
import dev.cohort.testing.TestAuthority;
import io.fabric8.kubernetes.api.model.APIService;
import io.fabric8.kubernetes.api.model.APIServiceBuilder;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The smallest external metrics API, served by this JVM on the node of the project's own cluster:
 * each metric has the value that was set last. Thread-safe.
 */
final class ExternalMetric implements AutoCloseable {
  /** Name of the metric. */
  static final String NAME = "requests-that-wait";

  private static final String GROUP = "external.metrics.k8s.io";
  private static final String VERSION = "v1beta1";
  private static final String API = "/apis/%s/%s".formatted(GROUP, VERSION);
  private static final String SERVICE = "metrics";
  private static final int HTTPS = 443;

  private final AtomicInteger value;
  private final HttpsServer server;
  private final KubernetesClient client;

  private ExternalMetric(KubernetesClient client, HttpsServer server, int value) {
    this.client = client;
    this.server = server;
    this.value = new AtomicInteger(value);
  }

  /** Serves it, with a Service in a namespace, and waits until the API server finds it. */
  static ExternalMetric serve(Cluster cluster, String namespace, int value) throws IOException {
    cluster.own();
    HttpsServer server = HttpsServer.create(new InetSocketAddress(0), 0);
    server.setHttpsConfigurator(
        new HttpsConfigurator(new TestAuthority("external metrics").context()));
    ExternalMetric metric = new ExternalMetric(cluster.client(), server, value);
    server.createContext(API, metric::answer);
    server.start();
    metric.register(namespace);
    return metric;
  }

  /** Sets the value. */
  void set(int now) {
    value.set(now);
  }

  @Override
  public void close() {
    client.resource(service(SERVICE)).delete();
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    boolean isDiscovery = exchange.getRequestURI().getPath().equals(API);
    byte[] body = (isDiscovery ? discovery() : values()).getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static String discovery() {
    return """
        {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "%s/%s", "resources": [
          {"name": "%s", "singularName": "", "namespaced": true, "kind": "ExternalMetricValueList", "verbs": ["get"]}]}
        """
        .formatted(GROUP, VERSION, NAME);
  }

  private String values() {
    return """
        {"kind": "ExternalMetricValueList", "apiVersion": "%s/%s", "metadata": {}, "items": [
          {"metricName": "%s", "metricLabels": {}, "timestamp": "%s", "value": "%d"}]}
        """
        .formatted(
            GROUP, VERSION, NAME, Instant.now().truncatedTo(ChronoUnit.SECONDS), value.get());
  }

  private void register(String namespace) {
    int port = server.getAddress().getPort();
    client
        .resource(
            new ServiceBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(SERVICE)
                .endMetadata()
                .withNewSpec()
                .addNewPort()
                .withPort(HTTPS)
                .withNewTargetPort(port)
                .endPort()
                .endSpec()
                .build())
        .create();
    client
        .resource(
            new EndpointSliceBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(SERVICE)
                .addToLabels("kubernetes.io/service-name", SERVICE)
                .endMetadata()
                .withAddressType("IPv4")
                .addNewEndpoint()
                .withAddresses(node())
                .endEndpoint()
                .addNewPort()
                .withPort(port)
                .withProtocol("TCP")
                .endPort()
                .build())
        .create();
    client.resource(service(namespace)).create();
    Await.until("the API server finds the metric", this::isAvailable);
  }

  private static APIService service(String namespace) {
    return new APIServiceBuilder()
        .withNewMetadata()
        .withName(VERSION + "." + GROUP)
        .endMetadata()
        .withNewSpec()
        .withGroup(GROUP)
        .withVersion(VERSION)
        .withGroupPriorityMinimum(100)
        .withVersionPriority(100)
        .withInsecureSkipTLSVerify(true)
        .withNewService()
        .withNamespace(namespace)
        .withName(SERVICE)
        .endService()
        .endSpec()
        .build();
  }

  private boolean isAvailable() {
    return Optional.ofNullable(client.resource(service(SERVICE)).get().getStatus()).stream()
        .flatMap(status -> status.getConditions().stream())
        .anyMatch(one -> one.getType().equals("Available") && one.getStatus().equals("True"));
  }

  private String node() {
    return client.nodes().list().getItems().getFirst().getStatus().getAddresses().stream()
        .filter(address -> address.getType().equals("InternalIP"))
        .findFirst()
        .orElseThrow()
        .getAddress();
  }
}
