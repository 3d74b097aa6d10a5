package dev.cohort.operator.desired;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.crds.StudentEnsemble;
import dev.cohort.crds.StudentEnsembleSpec;
import dev.cohort.operator.desired.Blueprint.Generation;
import dev.cohort.operator.desired.Blueprint.Serving;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class DesiredStateTest {
  private static final Platform PLATFORM =
      new Platform(
          "system",
          new Image("seat:1", "Never"),
          new Image("aggregator:1", null),
          false,
          true,
          true);
  private static final String CLAIM = "package: {persistentVolumeClaim: {claimName: p, path: a/b}}";

  @Test
  void everyPodIsRestricted() {
    for (Deployment deployment : all(CLAIM, List.of(1, 1), Deployment.class)) {
      PodSpec pod = deployment.getSpec().getTemplate().getSpec();
      assertTrue(pod.getSecurityContext().getRunAsNonRoot());
      assertEquals("RuntimeDefault", pod.getSecurityContext().getSeccompProfile().getType());
      Container container = pod.getContainers().getFirst();
      assertTrue(container.getSecurityContext().getReadOnlyRootFilesystem());
      assertFalse(container.getSecurityContext().getAllowPrivilegeEscalation());
      assertEquals(List.of("ALL"), container.getSecurityContext().getCapabilities().getDrop());
      assertTrue(
          container.getVolumeMounts().stream()
              .filter(mount -> !Boolean.TRUE.equals(mount.getReadOnly()))
              .allMatch(mount -> mount.getMountPath().equals("/tmp")));
    }
  }

  /** Who is told to go still serves, until everybody has reached the one that comes for it. */
  @Test
  void everyPodServesForSomeSecondsAfterItIsToldToGo() {
    for (Deployment deployment : all(CLAIM, List.of(1, 1), Deployment.class)) {
      PodSpec pod = deployment.getSpec().getTemplate().getSpec();
      long leave =
          pod.getContainers().getFirst().getLifecycle().getPreStop().getSleep().getSeconds();
      assertTrue(leave > 0 && leave < pod.getTerminationGracePeriodSeconds());
    }
  }

  /** The API server tells the same number in both ways. */
  @Test
  void oneIsOnePointNought() {
    String numbers =
        ", pruning: {qualityFloor: %1$s}, engine: {precisionFloor: %1$s},"
            + " observability: {tracing: {endpoint: 'http://traces:4317', ratio: %1$s}}";
    assertEquals(
        all(CLAIM + numbers.formatted("1"), List.of(1), Deployment.class),
        all(CLAIM + numbers.formatted("1.0"), List.of(1), Deployment.class));
  }

  /** The order of a {@link Map#of} differs from one process to the next: pods must not. */
  @Test
  void portsAreInTheOrderOfTheirNames() {
    Deployment aggregators = all(CLAIM, List.of(1), Deployment.class).getLast();
    Container container = aggregators.getSpec().getTemplate().getSpec().getContainers().getFirst();
    List<String> names = container.getPorts().stream().map(ContainerPort::getName).toList();
    assertEquals(List.of("grpc", "http"), names.stream().limit(2).toList());
    assertEquals(names.stream().sorted().toList(), names);
  }

  @Test
  void onlyAggregatorsTalkToTheApiServer() {
    Map<String, Boolean> tokens =
        all(CLAIM, List.of(1), Deployment.class).stream()
            .collect(
                Collectors.toMap(
                    one -> one.getMetadata().getLabels().get(Labels.COMPONENT),
                    one ->
                        one.getSpec().getTemplate().getSpec().getAutomountServiceAccountToken()));
    assertEquals(Map.of("student", false, "aggregator", true), tokens);
  }

  @Test
  void aClaimIsMountedReadOnly() {
    Deployment seats = all(CLAIM, List.of(3), Deployment.class).getFirst();
    PodSpec pod = seats.getSpec().getTemplate().getSpec();
    assertEquals(3, seats.getSpec().getReplicas());
    assertEquals("/cohort/package/a/b", variable(pod, "COHORT_PACKAGE"));
    assertTrue(pod.getInitContainers().isEmpty());
    assertTrue(pod.getVolumes().getFirst().getPersistentVolumeClaim().getReadOnly());
  }

  @Test
  void anImageIsCopiedWhereItCannotBeMounted() {
    String image = "package: {image: {reference: example.org/p, path: c}}";
    Container copy = init(image);
    assertEquals("example.org/p", copy.getImage());
    assertEquals(List.of("/c", "/cohort/package"), copy.getCommand().subList(4, 6));
    PodSpec mounted =
        all(
                "package: {image: {reference: example.org/p, mount: Volume}}",
                List.of(1),
                Deployment.class)
            .getFirst()
            .getSpec()
            .getTemplate()
            .getSpec();
    assertEquals("example.org/p", mounted.getVolumes().getFirst().getImage().getReference());
  }

  @Test
  void anArchiveIsFetchedByTheSeatsOwnImage() {
    Container fetch =
        init(
            "package: {https: {url: 'https://example.org/p.tgz', sha256: '%s', sizeLimit: 1Mi}}"
                .formatted("a".repeat(64)));
    assertEquals("seat:1", fetch.getImage());
    assertEquals(List.of("fetch"), fetch.getArgs());
    assertEquals(
        "1048576",
        fetch.getEnv().stream()
            .filter(one -> one.getName().equals("COHORT_FETCH_SIZE_LIMIT"))
            .map(EnvVar::getValue)
            .findFirst()
            .orElseThrow());
  }

  @Test
  void budgetsStandWhereThereIsMoreThanOne() {
    assertEquals(List.of("e-aggregator"), budgets("", List.of(1)));
    assertEquals(List.of("e-aggregator", "e-student"), budgets("", List.of(1, 1)));
    assertEquals(
        List.of("e-student-0"),
        budgets("regime: Dedicated, aggregator: {replicas: 1}", List.of(2, 1)));
  }

  @Test
  void clientsReachTheRevisionThatServes() {
    Service client =
        all(CLAIM, List.of(1), Service.class).stream()
            .filter(one -> one.getMetadata().getName().equals("e"))
            .findFirst()
            .orElseThrow();
    Serving serving = Networking.serving(client).orElseThrow();
    assertEquals(serving.revision().id(), client.getSpec().getSelector().get(Labels.REVISION));
    assertEquals(Optional.empty(), serving.refused());
  }

  @Test
  void withTlsNothingIsPlaintext() {
    String security =
        CLAIM
            + ", security: {clientTls: {secretName: c}, clientTokens: {secretName: t}, seatTls:"
            + " {seats: {issuer: {name: i}}, aggregators: {secretName: a}}}";
    for (Deployment deployment : all(security, List.of(1), Deployment.class)) {
      PodSpec pod = deployment.getSpec().getTemplate().getSpec();
      assertNull(variable(pod, "COHORT_TLS_MODE"));
      assertNull(variable(pod, "COHORT_AUTH_MODE"));
      assertNull(variable(pod, "COHORT_SEATS_TLS_MODE"));
    }
    assertTrue(
        objects(security, List.of(1)).stream()
            .anyMatch(
                one ->
                    one.getKind().equals("Certificate")
                        && one.getMetadata().getName().equals("e-seats-tls")));
  }

  @Test
  void networkPoliciesCanBeLeftOut() {
    assertEquals(2, all(CLAIM, List.of(1), NetworkPolicy.class).size());
    assertEquals(
        0,
        all(CLAIM + ", networkPolicy: {enabled: false}", List.of(1), NetworkPolicy.class).size());
  }

  private static List<String> budgets(String more, List<Integer> seats) {
    return all(more.isEmpty() ? CLAIM : CLAIM + ", " + more, seats, PodDisruptionBudget.class)
        .stream()
        .map(one -> one.getMetadata().getName())
        .toList();
  }

  private static Container init(String spec) {
    return all(spec, List.of(1), Deployment.class)
        .getFirst()
        .getSpec()
        .getTemplate()
        .getSpec()
        .getInitContainers()
        .getFirst();
  }

  private static String variable(PodSpec pod, String name) {
    return pod.getContainers().getFirst().getEnv().stream()
        .filter(one -> one.getName().equals(name))
        .map(EnvVar::getValue)
        .findFirst()
        .orElse(null);
  }

  private static <T> List<T> all(String spec, List<Integer> seats, Class<T> type) {
    return objects(spec, seats).stream().filter(type::isInstance).map(type::cast).toList();
  }

  private static List<HasMetadata> objects(String yaml, List<Integer> seats) {
    StudentEnsembleSpec spec =
        new KubernetesSerialization()
            .unmarshal(
                """
                apiVersion: cohort.dev/v1alpha1
                kind: StudentEnsemble
                spec: {%s}
                """
                    .formatted(yaml),
                StudentEnsemble.class)
            .getSpec();
    Revision revision = Blueprint.revision(spec, PLATFORM);
    return DesiredState.of(
        new Blueprint(
            new Owner("e", "n", "uid"),
            spec,
            new Serving(revision, Optional.empty()),
            List.of(new Generation(revision, seats, spec.aggregator().replicas())),
            PLATFORM));
  }
}
