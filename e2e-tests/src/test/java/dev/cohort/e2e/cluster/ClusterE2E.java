package dev.cohort.e2e.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.e2e.Await;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The test cluster itself does what the tests on it rely on. */
@Tag("B")
@ExtendWith(ClusterExtension.class)
final class ClusterE2E {
  private static final String GPU = "nvidia.com/gpu";

  @BeforeAll
  static void load(Cluster cluster) {
    cluster.load(HelloPod.image());
  }

  @Test
  void refusesACarelessPod(Cluster cluster) {
    Pod pod = HelloPod.careless(cluster.namespace("careless"), "hello");
    KubernetesClientException refused =
        assertThrows(
            KubernetesClientException.class, () -> cluster.client().resource(pod).create());
    assertEquals(403, refused.getCode());
    assertTrue(refused.getMessage().contains("violates PodSecurity"), refused.getMessage());
  }

  @Test
  void killedPodComesBack(Cluster cluster) {
    OwnCluster own = cluster.own();
    Pod pod = create(cluster, HelloPod.restricted(cluster.namespace("killed"), "hello"));
    assertEquals("hello", HelloPod.ask(cluster.reach(pod, HelloPod.PORT), ""));
    own.signal("SIGKILL", pod, HelloPod.CONTAINER);
    Pod again = await(cluster, pod, status -> status.getRestartCount() == 1 && status.getReady());
    ContainerStateTerminated last = status(again).getLastState().getTerminated();
    assertEquals(137, last.getExitCode());
    assertEquals("hello", HelloPod.ask(cluster.reach(again, HelloPod.PORT), ""));
  }

  @Test
  void policyBlocksAForeignNamespace(Cluster cluster) {
    String ours = cluster.namespace("ours");
    Pod server = create(cluster, HelloPod.restricted(ours, "server"));
    Pod friend = create(cluster, HelloPod.restricted(ours, "friend"));
    Pod foreign = create(cluster, HelloPod.restricted(cluster.namespace("foreign"), "friend"));
    String url = "http://%s:%d/".formatted(server.getStatus().getPodIP(), HelloPod.PORT);
    assertEquals("200 OK server", HelloPod.get(cluster.reach(foreign, HelloPod.PORT), url));

    cluster.client().resource(onlyFriends(ours)).create();

    awaitBlocked(cluster.reach(foreign, HelloPod.PORT), url);
    assertEquals("200 OK server", HelloPod.get(cluster.reach(friend, HelloPod.PORT), url));
  }

  @Test
  void fakeGpusAreAllocated(Cluster cluster) {
    cluster.own();
    String namespace = cluster.namespace("gpus");
    Pod two = HelloPod.restricted(namespace, "two", Map.of(GPU, new Quantity("2")));
    String environment =
        HelloPod.ask(
            cluster.reach(create(cluster, two), HelloPod.PORT), "read?file=/proc/self/environ");
    List<String> devices =
        Stream.of(environment.split("\0"))
            .filter(entry -> entry.startsWith("NVIDIA_VISIBLE_DEVICES="))
            .flatMap(entry -> Stream.of(entry.substring(entry.indexOf('=') + 1).split(",")))
            .toList();
    assertEquals(2, devices.size(), "devices of the container: " + devices);

    int all = allocatable(cluster.client());
    Pod tooMany =
        HelloPod.restricted(namespace, "all", Map.of(GPU, new Quantity(String.valueOf(all))));
    cluster.client().resource(tooMany).create();
    String words = awaitUnschedulable(cluster, tooMany);
    assertTrue(words.contains("Insufficient " + GPU), words);
  }

  @Test
  void servicesHaveNamesAndAddresses(Cluster cluster) {
    String namespace = cluster.namespace("names");
    Pod pod = create(cluster, HelloPod.restricted(namespace, "hello"));
    var service =
        cluster
            .client()
            .resource(
                new ServiceBuilder()
                    .withNewMetadata()
                    .withNamespace(namespace)
                    .withName("front")
                    .endMetadata()
                    .withNewSpec()
                    .addToSelector("app", "hello")
                    .addNewPort()
                    .withPort(80)
                    .withNewTargetPort(HelloPod.PORT)
                    .endPort()
                    .endSpec()
                    .build())
            .create();
    InetSocketAddress address = cluster.reach(pod, HelloPod.PORT);
    Await.until(
        "the name of the service",
        () -> HelloPod.get(address, "http://front." + namespace + "/").equals("200 OK hello"));
    assertEquals("hello", HelloPod.ask(cluster.reach(service, 80), ""));
  }

  @Test
  void apiServerComesBackAndHasWrittenItsAudit(Cluster cluster) throws IOException {
    OwnCluster own = cluster.own();
    String namespace = cluster.namespace("audited");
    own.restart("kube-apiserver");
    Await.until("the API server", () -> exists(cluster.client(), namespace));
    try (Stream<String> lines = Files.lines(OwnCluster.auditLog())) {
      assertTrue(
          lines.anyMatch(line -> line.contains("\"verb\":\"create\"") && line.contains(namespace)),
          "no line of the audit log tells that the namespace was created");
    }
  }

  private static Pod create(Cluster cluster, Pod pod) {
    cluster.client().resource(pod).create();
    return cluster.awaitReady(pod);
  }

  private static boolean exists(KubernetesClient client, String namespace) {
    try {
      return client.namespaces().withName(namespace).get() != null;
    } catch (KubernetesClientException e) {
      return false;
    }
  }

  private static Pod await(Cluster cluster, Pod pod, Predicate<ContainerStatus> condition) {
    return cluster
        .client()
        .resource(pod)
        .waitUntilCondition(
            now -> condition.test(status(now)), Cluster.DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static ContainerStatus status(Pod pod) {
    return pod.getStatus().getContainerStatuses().getFirst();
  }

  private static String awaitUnschedulable(Cluster cluster, Pod pod) {
    Pod refused =
        cluster
            .client()
            .resource(pod)
            .waitUntilCondition(
                now -> !unschedulable(now).isEmpty(),
                Cluster.DEADLINE.toMillis(),
                TimeUnit.MILLISECONDS);
    return unschedulable(refused).getFirst();
  }

  private static List<String> unschedulable(Pod pod) {
    return pod.getStatus().getConditions().stream()
        .filter(condition -> "Unschedulable".equals(condition.getReason()))
        .map(condition -> condition.getMessage())
        .toList();
  }

  private static int allocatable(KubernetesClient client) {
    return client.nodes().list().getItems().stream()
        .map(node -> node.getStatus().getAllocatable().get(GPU))
        .mapToInt(quantity -> quantity == null ? 0 : Integer.parseInt(quantity.getAmount()))
        .sum();
  }

  private static void awaitBlocked(InetSocketAddress client, String url) {
    Await.until("the policy", () -> !isAnswered(client, url));
  }

  private static boolean isAnswered(InetSocketAddress client, String url) {
    return HelloPod.get(client, url).startsWith("200");
  }

  private static NetworkPolicy onlyFriends(String namespace) {
    return new NetworkPolicyBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName("only-friends")
        .endMetadata()
        .withNewSpec()
        .withNewPodSelector()
        .addToMatchLabels("app", "server")
        .endPodSelector()
        .addToPolicyTypes("Ingress")
        .addNewIngress()
        .addNewFrom()
        .withNewPodSelector()
        .addToMatchLabels("app", "friend")
        .endPodSelector()
        .endFrom()
        .endIngress()
        .endSpec()
        .build();
  }
}
