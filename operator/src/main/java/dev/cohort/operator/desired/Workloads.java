package dev.cohort.operator.desired;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Deployments of both roles: a change of the template starts a pod before it stops another. */
final class Workloads {
  /** Annotation with the revision as JSON. */
  static final String REVISION = "cohort.dev/revision";

  private static final int HISTORY = 2;

  private static final Set<String> SELECTING =
      Set.of(Labels.COMPONENT, Labels.ENSEMBLE, Labels.STUDENT, Labels.REVISION);

  private Workloads() {}

  static Deployment of(
      Blueprint blueprint,
      String name,
      Revision revision,
      int replicas,
      Map<String, String> labels,
      PodTemplateSpec template) {
    return new DeploymentBuilder()
        .withMetadata(Metas.of(blueprint.owner(), name, labels))
        .editMetadata()
        .addToAnnotations(REVISION, revision.json())
        .endMetadata()
        .withNewSpec()
        .withReplicas(replicas)
        .withRevisionHistoryLimit(HISTORY)
        .withProgressDeadlineSeconds(blueprint.spec().rollout().timeoutSeconds())
        .withNewStrategy()
        .withType("RollingUpdate")
        .withNewRollingUpdate()
        .withMaxSurge(new IntOrString(1))
        .withMaxUnavailable(new IntOrString(0))
        .endRollingUpdate()
        .endStrategy()
        .withNewSelector()
        .withMatchLabels(selector(labels))
        .endSelector()
        .withTemplate(template)
        .endSpec()
        .build();
  }

  /** Without what may change for the same Deployment. */
  private static Map<String, String> selector(Map<String, String> labels) {
    Map<String, String> selector = new TreeMap<>(labels);
    selector.keySet().retainAll(SELECTING);
    return selector;
  }
}
