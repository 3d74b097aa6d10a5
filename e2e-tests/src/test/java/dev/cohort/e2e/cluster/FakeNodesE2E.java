package dev.cohort.e2e.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cohort.e2e.Await;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Fake nodes and their GPUs do what tests of many ensembles rely on. */
@Tag("C")
@ExtendWith(ClusterExtension.class)
final class FakeNodesE2E {
  private static final int NODES = 10;
  private static final int PODS = 15;
  private static final Map<String, Quantity> CAPACITY =
      Map.of(
          "cpu", new Quantity("128"),
          "memory", new Quantity("1Ti"),
          "pods", new Quantity("110"),
          "nvidia.com/gpu", new Quantity("8"));

  /** Each takes 6 of a node's 8 GPUs, so that only one fits on each node. */
  @Test
  void asManyPodsRunAsGpusAllow(Cluster cluster) throws Exception {
    KubernetesClient client = cluster.client();
    String namespace = cluster.namespace("fake", Map.of());
    try (FakeNodes nodes =
        FakeNodes.start(cluster, Path.of("target", "cluster", "FakeNodesE2E", "kwok.log"))) {
      nodes.add(NODES, CAPACITY);
      Deployment deployment = client.resource(deployment(namespace)).create();
      Await.until(
          "a running pod on each node, the others unschedulable",
          () ->
              ready(client, namespace) == NODES
                  && unschedulable(client, namespace) == PODS - NODES);
      assertEquals(NODES, nodeNames(client, namespace).stream().distinct().count());
      client.resource(deployment).delete();
      Await.until("no pod", () -> pods(client, namespace).isEmpty());
    }
  }

  private static List<Pod> pods(KubernetesClient client, String namespace) {
    return client.pods().inNamespace(namespace).list().getItems();
  }

  private static long ready(KubernetesClient client, String namespace) {
    return having(client, namespace, "Ready", "True");
  }

  private static long unschedulable(KubernetesClient client, String namespace) {
    return having(client, namespace, "PodScheduled", "False");
  }

  private static long having(
      KubernetesClient client, String namespace, String type, String status) {
    return pods(client, namespace).stream()
        .flatMap(pod -> pod.getStatus().getConditions().stream())
        .filter(condition -> condition.getType().equals(type))
        .filter(condition -> condition.getStatus().equals(status))
        .count();
  }

  private static List<String> nodeNames(KubernetesClient client, String namespace) {
    return pods(client, namespace).stream()
        .map(pod -> pod.getSpec().getNodeName())
        .filter(name -> name != null)
        .toList();
  }

  private static Deployment deployment(String namespace) {
    return new DeploymentBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName("fake")
        .endMetadata()
        .withNewSpec()
        .withReplicas(PODS)
        .withNewSelector()
        .addToMatchLabels("app", "fake")
        .endSelector()
        .withNewTemplate()
        .withNewMetadata()
        .addToLabels("app", "fake")
        .endMetadata()
        .withNewSpec()
        .withNodeSelector(FakeNodes.SELECTOR)
        .addNewToleration()
        .withKey(FakeNodes.TAINT)
        .withOperator("Exists")
        .endToleration()
        .addNewContainer()
        .withName("fake")
        .withImage("cohort.test/fake:1")
        .withNewResources()
        .addToLimits("nvidia.com/gpu", new Quantity("6"))
        .endResources()
        .endContainer()
        .endSpec()
        .endTemplate()
        .endSpec()
        .build();
  }
}
