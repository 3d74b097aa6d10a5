package dev.cohort.aggregator.membership;

import static dev.cohort.aggregator.membership.Slices.NAMESPACE;
import static dev.cohort.aggregator.membership.Slices.ready;
import static dev.cohort.aggregator.membership.Slices.slice;
import static dev.cohort.aggregator.membership.Slices.terminating;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.aggregator.Await;
import dev.cohort.aggregator.NanoClock;
import dev.cohort.aggregator.TinyModel;
import dev.cohort.aggregator.dispatch.DispatchSettings;
import dev.cohort.aggregator.dispatch.Dispatcher;
import dev.cohort.aggregator.dispatch.PrefixSettings;
import dev.cohort.aggregator.dispatch.ScriptedSeat;
import dev.cohort.aggregator.dispatch.SeatAddress;
import dev.cohort.aggregator.dispatch.SeatMember;
import dev.cohort.aggregator.dispatch.SeatSource;
import dev.cohort.aggregator.dispatch.ServiceSeats;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.aggregator.model.ModelCatalog;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.observability.TraceSpan;
import dev.cohort.packages.TokenRow;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesCrudDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * EndpointSlices through a simulated API server that lists and watches; the seats are real gRPC. A
 * real API server is not part of this test.
 */
class EndpointSliceDirectoryIT {
  private static final List<ServiceSeats> SERVICES =
      List.of((ServiceSeats) SeatSource.parse("kubernetes:///student-0.cohort"));

  private final List<Set<SeatMember>> seen = new CopyOnWriteArrayList<>();
  private KubernetesMockServer server;
  private KubernetesClient admin;

  @BeforeEach
  void start() {
    server = server();
    server.init(InetAddress.getLoopbackAddress(), 0);
    admin = client(NAMESPACE);
  }

  @AfterEach
  void stop() {
    admin.close();
    server.destroy();
  }

  private static KubernetesMockServer server() {
    return new KubernetesMockServer(
        new Context(), new MockWebServer(), new HashMap<>(), new KubernetesCrudDispatcher(), false);
  }

  private KubernetesClient client(String namespace) {
    Config config =
        new ConfigBuilder(Config.empty())
            .withMasterUrl("http://127.0.0.1:" + server.getPort())
            .withNamespace(namespace)
            .withWatchReconnectInterval(100)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  private void put(Endpoint... endpoints) {
    put(9100, endpoints);
  }

  private void put(int port, Endpoint... endpoints) {
    admin.resource(slice("student-0-abc", "IPv4", port, endpoints)).createOr(r -> r.update());
  }

  private boolean isLatest(String... addresses) {
    Set<SeatMember> wanted =
        Stream.of(addresses)
            .map(address -> new SeatMember(new SeatAddress(address, 9100), "student-0.cohort.svc"))
            .collect(Collectors.toSet());
    return !seen.isEmpty() && seen.getLast().equals(wanted);
  }

  private void awaitMembers(String... addresses) {
    Await.until(List.of(addresses) + " are members", () -> isLatest(addresses));
  }

  @Test
  void membersFollowTheService() {
    put(ready("10.0.0.1", "p1"));
    admin
        .resource(
            slice("other", "IPv4", 9100, ready("10.9.9.9", "x")).toBuilder()
                .editMetadata()
                .addToLabels("kubernetes.io/service-name", "other")
                .endMetadata()
                .build())
        .create();
    try (EndpointSliceDirectory directory = EndpointSliceDirectory.open(SERVICES, client("x"))) {
      directory.start(seen::add);
      awaitMembers("10.0.0.1");
      put(ready("10.0.0.1", "p1"), ready("10.0.0.2", "p2"));
      awaitMembers("10.0.0.1", "10.0.0.2");
      put(terminating("10.0.0.1", "p1"), ready("10.0.0.2", "p2"));
      awaitMembers("10.0.0.2");
      admin.discovery().v1().endpointSlices().inNamespace(NAMESPACE).delete();
      awaitMembers();
    }
  }

  @Test
  void membersStayWhileTheApiServerIsGoneAndFollowItWhenItIsBack() {
    put(ready("10.0.0.1", "p1"));
    try (EndpointSliceDirectory directory = EndpointSliceDirectory.open(SERVICES, client("x"))) {
      directory.start(seen::add);
      awaitMembers("10.0.0.1");
      int port = server.getPort();
      server.destroy();
      server = server();
      server.init(InetAddress.getLoopbackAddress(), port);
      assertEquals(1, seen.size(), "an API server that is gone changes nothing");
      // The simulation has no history: who watches again learns only of later changes.
      Await.until(
          "the new state is known",
          () -> {
            put(terminating("10.0.0.1", "p1"));
            put(ready("10.0.0.2", "p2"));
            return isLatest("10.0.0.2");
          });
    }
  }

  @Test
  void apiServerThatIsNotThereAtTheStartIsFoundLater() {
    int port = server.getPort();
    server.destroy();
    try (EndpointSliceDirectory directory = EndpointSliceDirectory.open(SERVICES, client("x"))) {
      directory.start(seen::add);
      server = server();
      server.init(InetAddress.getLoopbackAddress(), port);
      put(ready("10.0.0.1", "p1"));
      awaitMembers("10.0.0.1");
    }
  }

  @Test
  void seatOfANewPodGetsWork() throws Exception {
    try (TinyModel tiny = new TinyModel();
        ScriptedSeat first = new ScriptedSeat(tiny.model(), 0, 4);
        ScriptedSeat second =
            new ScriptedSeat(tiny.model(), 0, 4, "127.0.0.2", first.address().port());
        Dispatcher dispatcher = dispatcher(tiny.model())) {
      ServedModel model = tiny.model();
      dispatcher.start();
      int port = first.address().port();
      put(port, ready("127.0.0.1", "p1"));
      Await.until("the model is ready", () -> dispatcher.isReady(model));
      put(port, terminating("127.0.0.1", "p1"), ready("127.0.0.2", "p2"));
      Await.until(
          "the new one gets work",
          () -> {
            long deadline = NanoClock.SYSTEM.nanoTime() + Duration.ofSeconds(30).toNanos();
            List<TokenRow> rows = List.of(TokenRow.of(new int[3]));
            assertEquals(
                3,
                dispatcher
                    .dispatch(model, rows, 3, 4, deadline, TraceSpan.NONE, () -> {})
                    .join()
                    .used()[0]);
            return !second.received().isEmpty();
          });
      Await.until("the old one is left alone", () -> !first.isConnected());
    }
  }

  private Dispatcher dispatcher(ServedModel model) {
    return new Dispatcher(
        new ModelCatalog(List.of(model)),
        EndpointSliceDirectory.open(SERVICES, client("x")),
        Optional.empty(),
        DispatchSettings.of(
            new PrefixSettings(Duration.ofMinutes(1), Duration.ofMillis(100), 1, 1, 64)),
        new ServingMetrics(new SimpleMeterRegistry()),
        NanoClock.SYSTEM);
  }

  @Test
  void namespaceMustBeKnown() {
    List<ServiceSeats> nowhere =
        List.of((ServiceSeats) SeatSource.parse("kubernetes:///student-0"));
    String text =
        assertThrows(
                IllegalArgumentException.class,
                () -> EndpointSliceDirectory.open(nowhere, client(null)))
            .getMessage();
    assertTrue(text.contains("kubernetes:///student-0.NAMESPACE"), text);
  }
}
