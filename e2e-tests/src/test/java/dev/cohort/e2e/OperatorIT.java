package dev.cohort.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.crds.StudentEnsemble;
import dev.cohort.operator.OperatorRuntime;
import dev.cohort.operator.config.OperatorSettings;
import dev.cohort.operator.desired.Image;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** The operator against a real API server. There are no controllers and no pods. */
@EnabledIf(
    value = "dev.cohort.e2e.ApiServer#isBuilt",
    disabledReason =
        "skipped: the programs of the test cluster are not built (./cohort cluster programs)")
final class OperatorIT {
  private static final String NAMESPACE = "default";

  private static ApiServer server;
  private static KubernetesClient client;
  private static OperatorRuntime operator;

  @BeforeAll
  static void start() throws Exception {
    server = ApiServer.start().orElseThrow();
    client = server.admin();
    try (InputStream definition =
        StudentEnsemble.class.getResourceAsStream(StudentEnsemble.DEFINITION)) {
      client.load(definition).serverSideApply();
    }
    Await.until(
        "the definition is served",
        () -> client.supports("cohort.dev/v1alpha1", "StudentEnsemble"));
    operator = OperatorRuntime.start(settings(), client, "test");
  }

  @AfterAll
  static void stop() {
    if (operator != null) {
      operator.close();
    }
    if (server != null) {
      server.close();
    }
  }

  @Test
  void makesTheObjectsOfTheSmallestEnsemble() {
    create("smallest");
    List<Deployment> deployments = Await.value("two Deployments", () -> deployments("smallest", 2));
    assertEquals(
        Set.of("smallest-student-0", "smallest-aggregator"),
        deployments.stream()
            .map(one -> one.getMetadata().getName().replaceAll("-[0-9a-f]{8}$", ""))
            .collect(Collectors.toSet()));
    Await.until(
        "a status",
        () ->
            client
                    .resources(StudentEnsemble.class)
                    .inNamespace(NAMESPACE)
                    .withName("smallest")
                    .get()
                    .getStatus()
                != null);
  }

  @Test
  void writesNothingWhenNothingChanges() throws InterruptedException {
    create("quiet");
    Await.value("two Deployments", () -> deployments("quiet", 2));
    Await.value("the rest", () -> Optional.of(versions("quiet")).filter(all -> all.size() >= 12));
    Map<String, String> before = Await.stable("resource versions", () -> versions("quiet"));
    assertTrue(before.size() >= 12, before.toString());
    assertEquals(before, Await.unchanged(() -> versions("quiet")));
  }

  @Test
  void repairsWhatSomebodyChanged() {
    create("drifting");
    Deployment seats =
        Await.value("two Deployments", () -> deployments("drifting", 2)).stream()
            .filter(one -> one.getMetadata().getName().contains("student"))
            .findFirst()
            .orElseThrow();
    client
        .apps()
        .deployments()
        .inNamespace(NAMESPACE)
        .withName(seats.getMetadata().getName())
        .scale(7);
    Await.until(
        "one seat again",
        () ->
            client
                    .apps()
                    .deployments()
                    .inNamespace(NAMESPACE)
                    .withName(seats.getMetadata().getName())
                    .get()
                    .getSpec()
                    .getReplicas()
                == 1);
    client.services().inNamespace(NAMESPACE).withName("drifting-seats").delete();
    Await.until(
        "the Service again",
        () -> client.services().inNamespace(NAMESPACE).withName("drifting-seats").get() != null);
  }

  private static Optional<List<Deployment>> deployments(String ensemble, int count) {
    return Optional.of(
            client
                .apps()
                .deployments()
                .inNamespace(NAMESPACE)
                .withLabel("cohort.dev/ensemble", ensemble)
                .list()
                .getItems())
        .filter(all -> all.size() == count);
  }

  /** Of all objects of an ensemble and of itself. */
  private static Map<String, String> versions(String ensemble) {
    Map<String, String> versions = new TreeMap<>();
    List.of(
            client.apps().deployments(),
            client.services(),
            client.serviceAccounts(),
            client.rbac().roles(),
            client.rbac().roleBindings(),
            client.network().v1().networkPolicies(),
            client.policy().v1().podDisruptionBudget())
        .forEach(
            kind ->
                kind.inNamespace(NAMESPACE)
                    .withLabel("cohort.dev/ensemble", ensemble)
                    .list()
                    .getItems()
                    .forEach(object -> put(versions, (HasMetadata) object)));
    put(
        versions,
        client.resources(StudentEnsemble.class).inNamespace(NAMESPACE).withName(ensemble).get());
    return versions;
  }

  private static void put(Map<String, String> versions, HasMetadata object) {
    versions.put(
        object.getKind() + " " + object.getMetadata().getName(),
        object.getMetadata().getResourceVersion());
  }

  private static void create(String name) {
    client
        .load(
            new ByteArrayInputStream(
                """
                apiVersion: cohort.dev/v1alpha1
                kind: StudentEnsemble
                metadata: {name: %s, namespace: %s}
                spec:
                  package: {persistentVolumeClaim: {claimName: packages}}
                """
                    .formatted(name, NAMESPACE)
                    .getBytes(StandardCharsets.UTF_8)))
        .create();
  }

  private static OperatorSettings settings() {
    return new OperatorSettings(
        NAMESPACE,
        Set.of(NAMESPACE),
        new Image("example.org/cohort/student:1", null),
        new Image("example.org/cohort/aggregator:1", null),
        OperatorSettings.Feature.AUTO,
        Optional.empty(),
        OperatorSettings.Credentials.none());
  }
}
