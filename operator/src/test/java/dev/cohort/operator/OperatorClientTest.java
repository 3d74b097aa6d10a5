package dev.cohort.operator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import org.junit.jupiter.api.Test;

final class OperatorClientTest {
  private final KubernetesSerialization serialization = OperatorClient.serialization();

  @Test
  void leavesOutWhatPodsAreMadeOf() {
    Pod pod =
        serialization.unmarshal(
            """
            {"apiVersion": "v1", "kind": "Pod",
             "metadata": {"name": "pod", "resourceVersion": "7", "managedFields": [{"manager": "x"}]},
             "spec": {"containers": [{"name": "seat"}]},
             "status": {"phase": "Running", "podIP": "10.0.0.1"}}
            """,
            Pod.class);
    assertNull(pod.getSpec());
    assertTrue(pod.getAdditionalProperties().isEmpty(), "the spec is not kept elsewhere");
    assertTrue(pod.getMetadata().getManagedFields().isEmpty());
    assertTrue(pod.getMetadata().getAdditionalProperties().isEmpty());
    assertEquals("7", pod.getMetadata().getResourceVersion());
    assertEquals("10.0.0.1", pod.getStatus().getPodIP());
  }

  @Test
  void keepsTheTemplateOfDeployments() {
    Deployment deployment =
        serialization.unmarshal(
            """
            {"apiVersion": "apps/v1", "kind": "Deployment",
             "metadata": {"name": "seats", "managedFields": [{"manager": "x"}]},
             "spec": {"template": {"spec": {"containers": [{"name": "seat"}]}}}}
            """,
            Deployment.class);
    assertEquals(
        "seat", deployment.getSpec().getTemplate().getSpec().getContainers().getFirst().getName());
    assertTrue(deployment.getMetadata().getManagedFields().isEmpty());
  }
}
