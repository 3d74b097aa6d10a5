package dev.cohort.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cohort.aggregator.dispatch.SeatAddress;
import dev.cohort.aggregator.dispatch.SeatDirectory;
import dev.cohort.aggregator.dispatch.SeatMember;
import dev.cohort.aggregator.dispatch.SeatSource;
import dev.cohort.aggregator.membership.Directories;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.Endpoint;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** An aggregator's seats by a Service, from a real API server, with the rights it needs only. */
@EnabledIf(
    value = "dev.cohort.e2e.ApiServer#isBuilt",
    disabledReason = "skipped: the programs of the test cluster are not built")
class EndpointSlicesIT {
  private static final String NAMESPACE = "language";
  private static final String SERVICE = "clinc150-seats";
  private static final String USER = "aggregator";
  private static final String KUBECONFIG = "kubeconfig";
  private static final String AS = "kubernetes.impersonate.username";
  private static final int PORT = 9000;

  @TempDir private Path folder;
  private final BlockingQueue<Set<SeatMember>> told = new LinkedBlockingQueue<>();
  private ApiServer server;
  private KubernetesClient admin;

  @BeforeEach
  void start() throws IOException {
    server = ApiServer.start().orElseThrow();
    admin = server.admin();
    admin
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(NAMESPACE).endMetadata().build())
        .create();
    allowWatching();
    Path file = Files.writeString(folder.resolve("kubeconfig"), server.kubeconfig());
    System.setProperty(KUBECONFIG, file.toString());
    System.setProperty(AS, USER);
  }

  @AfterEach
  void stop() {
    System.clearProperty(KUBECONFIG);
    System.clearProperty(AS);
    server.close();
  }

  @Test
  void membersFollowTheSlices() throws InterruptedException {
    admin.resource(slice("one", ready("10.0.0.1"), ready("10.0.0.2"))).create();
    EndpointSlice other = slice("of-another-service", ready("10.0.9.9"));
    other.getMetadata().getLabels().put("kubernetes.io/service-name", "another");
    admin.resource(other).create();
    SeatSource source = SeatSource.parse("kubernetes:///%s.%s:grpc".formatted(SERVICE, NAMESPACE));
    try (SeatDirectory directory = Directories.of(List.of(source))) {
      directory.start(told::add);
      awaitMembers("10.0.0.1", "10.0.0.2");

      admin.resource(slice("two", ready("10.0.0.3"))).create();
      awaitMembers("10.0.0.1", "10.0.0.2", "10.0.0.3");

      admin
          .resource(slice("one", ready("10.0.0.1"), terminating("10.0.0.2")))
          .forceConflicts()
          .serverSideApply();
      awaitMembers("10.0.0.1", "10.0.0.3");

      admin.resource(slice("one")).delete();
      awaitMembers("10.0.0.3");
    }
  }

  private void awaitMembers(String... addresses) throws InterruptedException {
    Set<SeatMember> wanted =
        Arrays.stream(addresses)
            .map(
                address ->
                    new SeatMember(
                        new SeatAddress(address, PORT), SERVICE + "." + NAMESPACE + ".svc"))
            .collect(Collectors.toSet());
    Set<SeatMember> last = Set.of();
    while (!last.equals(wanted)) {
      Set<SeatMember> next = told.poll(60, TimeUnit.SECONDS);
      if (next == null) {
        assertEquals(wanted, last, "nothing more was told");
        return;
      }
      last = next;
    }
  }

  private void allowWatching() {
    admin
        .resource(
            new RoleBuilder()
                .withNewMetadata()
                .withName(USER)
                .withNamespace(NAMESPACE)
                .endMetadata()
                .addNewRule()
                .withApiGroups("discovery.k8s.io")
                .withResources("endpointslices")
                .withVerbs("list", "watch")
                .endRule()
                .build())
        .create();
    admin
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withName(USER)
                .withNamespace(NAMESPACE)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", USER)
                .addNewSubject("rbac.authorization.k8s.io", "User", USER, null)
                .build())
        .create();
  }

  private static EndpointSlice slice(String name, Endpoint... endpoints) {
    return new EndpointSliceBuilder()
        .withNewMetadata()
        .withName(name)
        .withNamespace(NAMESPACE)
        .addToLabels("kubernetes.io/service-name", SERVICE)
        .endMetadata()
        .withAddressType("IPv4")
        .addNewPort()
        .withName("grpc")
        .withPort(PORT)
        .endPort()
        .withEndpoints(List.of(endpoints))
        .build();
  }

  private static Endpoint ready(String address) {
    return endpoint(address, true);
  }

  private static Endpoint terminating(String address) {
    return endpoint(address, false);
  }

  private static Endpoint endpoint(String address, boolean ready) {
    return new EndpointBuilder()
        .withAddresses(address)
        .withNewConditions()
        .withReady(ready)
        .withServing(true)
        .withTerminating(!ready)
        .endConditions()
        .build();
  }
}
