package dev.cohort.operator.desired;

import dev.cohort.crds.Placement;
import dev.cohort.crds.PodOverrides;
import dev.cohort.crds.TolerationSpec;
import dev.cohort.crds.TopologySpread;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.ContainerPortBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.ProbeBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraintBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Pods of a role. */
final class PodTemplates {
  private static final int PROBE_SECONDS = 2;
  private static final int LIVENESS_SECONDS = 10;

  /** A package of a gigabyte is verified before the service lives: up to ten minutes. */
  private static final int START_FAILURES = 300;

  private PodTemplates() {}

  static PodTemplateSpec of(PodRole role) {
    PodOverrides pod = overrides(role);
    Map<String, String> labels = new TreeMap<>(pod.labels());
    labels.putAll(role.labels());
    return new PodTemplateSpecBuilder()
        .withNewMetadata()
        .withLabels(labels)
        .withAnnotations(pod.annotations().isEmpty() ? null : new TreeMap<>(pod.annotations()))
        .endMetadata()
        .withSpec(spec(role, pod))
        .build();
  }

  private static PodSpec spec(PodRole role, PodOverrides pod) {
    List<Mount> mounts = new ArrayList<>(role.mounts());
    mounts.add(role.source().mount());
    mounts.add(Restricted.temporary());
    PodSpecBuilder spec =
        new PodSpecBuilder()
            .withServiceAccountName(role.account())
            .withAutomountServiceAccountToken(role.needsToken())
            .withEnableServiceLinks(false)
            .withSecurityContext(Restricted.pod(pod.securityContext()))
            .withTerminationGracePeriodSeconds(role.stop().graceSeconds())
            .withImagePullSecrets(
                role.pullSecrets().stream()
                    .map(secret -> new LocalObjectReference(secret.name()))
                    .toList())
            .withVolumes(mounts.stream().map(Mount::volume).toList())
            .withResourceClaims(role.claims())
            .withContainers(container(role, pod, mounts));
    role.source().before().ifPresent(spec::withInitContainers);
    Optional.ofNullable(role.placement()).ifPresent(given -> place(spec, given, role));
    return spec.build();
  }

  private static Container container(PodRole role, PodOverrides pod, List<Mount> mounts) {
    ContainerBuilder container =
        new ContainerBuilder()
            .withName(role.labels().get(Labels.COMPONENT))
            .withImage(role.image().reference())
            .withImagePullPolicy(role.image().pullPolicy())
            .withEnv(variables(role, pod))
            .withPorts(
                role.ports().entrySet().stream()
                    .map(
                        port ->
                            new ContainerPortBuilder()
                                .withName(port.getKey())
                                .withContainerPort(port.getValue())
                                .withProtocol("TCP")
                                .build())
                    .toList())
            .withResources(role.resources())
            .withSecurityContext(Restricted.container())
            .withVolumeMounts(mounts.stream().map(Mount::inContainer).toList())
            // What a refused package or setting says is the last line of the log.
            .withTerminationMessagePolicy("FallbackToLogsOnError")
            .withStartupProbe(probe(role, "live", PROBE_SECONDS, START_FAILURES))
            .withReadinessProbe(probe(role, "ready", PROBE_SECONDS, 2))
            .withLivenessProbe(probe(role, "live", LIVENESS_SECONDS, 3));
    if (role.stop().leaveSeconds() > 0) {
      container
          .withNewLifecycle()
          .withNewPreStop()
          .withNewSleep((long) role.stop().leaveSeconds())
          .endPreStop()
          .endLifecycle();
    }
    return container.build();
  }

  private static List<EnvVar> variables(PodRole role, PodOverrides pod) {
    return Stream.concat(
            role.environment().stream(),
            pod.env().stream()
                .map(
                    given ->
                        new EnvVarBuilder()
                            .withName(given.name())
                            .withValue(given.value())
                            .build()))
        .toList();
  }

  private static Probe probe(PodRole role, String what, int seconds, int failures) {
    return new ProbeBuilder()
        .withNewHttpGet()
        .withPath("/health/" + what)
        .withPort(new IntOrString(role.health()))
        .endHttpGet()
        .withPeriodSeconds(seconds)
        .withTimeoutSeconds(LIVENESS_SECONDS / 2)
        .withFailureThreshold(failures)
        .build();
  }

  private static void place(PodSpecBuilder spec, Placement given, PodRole role) {
    spec.withNodeSelector(given.nodeSelector().isEmpty() ? null : given.nodeSelector())
        .withAffinity(given.affinity())
        .withTolerations(given.tolerations().stream().map(PodTemplates::toleration).toList())
        .withTopologySpreadConstraints(
            given.topologySpread().stream().map(spread -> constraint(spread, role)).toList())
        .withPriorityClassName(given.priorityClassName())
        .withRuntimeClassName(given.runtimeClassName())
        .withSchedulerName(given.schedulerName());
  }

  private static Toleration toleration(TolerationSpec given) {
    return new Toleration(
        Json.word(given.effect()),
        given.key(),
        Json.word(given.operator()),
        given.tolerationSeconds(),
        given.value());
  }

  private static TopologySpreadConstraint constraint(TopologySpread spread, PodRole role) {
    return new TopologySpreadConstraintBuilder()
        .withTopologyKey(spread.topologyKey())
        .withMaxSkew(spread.maxSkew())
        .withWhenUnsatisfiable(Json.word(spread.whenUnsatisfiable()))
        .withLabelSelector(new LabelSelectorBuilder().withMatchLabels(role.selector()).build())
        .build();
  }

  private static PodOverrides overrides(PodRole role) {
    return Optional.ofNullable(role.pod())
        .orElseGet(() -> new PodOverrides(null, null, null, null));
  }
}
