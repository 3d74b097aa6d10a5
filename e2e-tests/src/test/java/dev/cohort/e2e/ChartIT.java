package dev.cohort.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.crds.ConditionType;
import dev.cohort.e2e.FakeWorkloads.Fate;
import dev.cohort.operator.check.CheckCommand;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chart, installed by helm on a real API server; pods are played. */
@EnabledIf(
    value = "canRun",
    disabledReason =
        "skipped: the programs of the test cluster or helm are not built (./cohort test java)")
final class ChartIT {
  private static final String NAMESPACE = "charted";
  private static final String OPERATOR = "cohort-operator";
  private static final String SPEC = "package: {persistentVolumeClaim: {claimName: first}}";

  private static ApiServer server;
  private static KubernetesClient client;
  private static Helm helm;
  private static FakeWorkloads workloads;

  static boolean canRun() {
    return ApiServer.isBuilt() && Helm.isBuilt();
  }

  @BeforeAll
  static void start() {
    server = ApiServer.start().orElseThrow();
    client = server.admin();
    helm = new Helm(server.kubeconfig());
    helm.run("install", "cohort", chart(), "-n", NAMESPACE, "--create-namespace");
    Await.until(
        "the definition is served",
        () -> client.supports("cohort.dev/v1alpha1", "StudentEnsemble"));
    workloads = played(NAMESPACE);
  }

  @AfterAll
  static void stop() {
    Optional.ofNullable(workloads).ifPresent(FakeWorkloads::close);
    Optional.ofNullable(helm).ifPresent(Helm::close);
    Optional.ofNullable(server).ifPresent(ApiServer::close);
  }

  /** With names, types and values as the server knows them, and pods as restricted as can be. */
  @ParameterizedTest
  @ValueSource(strings = {"Own", "All"})
  void theServerTakesEveryObject(String scope) {
    String namespace = "tried-" + scope.toLowerCase(Locale.ROOT);
    restrictedNamespace(namespace);
    List<HasMetadata> objects =
        rendered(
            "template",
            "tried",
            chart(),
            "-n",
            namespace,
            "--set",
            "crds.install=false,metrics.dashboard.enabled=true,watch.scope=" + scope);
    assertTrue(objects.size() >= 18, objects.toString());
    // A pod needs its account.
    objects.sort(Comparator.comparing(object -> object instanceof Pod));
    objects.forEach(object -> client.resource(object).fieldValidation(Validation.STRICT).create());
  }

  /** No rule more than the operator asks for, and none less. */
  @Test
  void grantsWhatTheOperatorAsksFor() {
    List<PolicyRule> wanted = new ArrayList<>();
    wanted.addAll(rules(OPERATOR));
    wanted.addAll(rules(OPERATOR + "-optional"));
    assertEquals(wanted, role(OPERATOR).getRules());
    assertEquals(rules(OPERATOR + "-leader"), role(OPERATOR + "-leader").getRules());
  }

  /** The operator, and then what helm test asks, each with the account that the chart gives it. */
  @Test
  void theOperatorWorksWithTheAccountOfTheChart() {
    rendered(
            "template",
            "cohort",
            chart(),
            "-n",
            NAMESPACE,
            "--show-only",
            "templates/tests/rbac.yaml")
        .forEach(object -> client.resource(object).create());
    try (KubernetesClient tester = OperatorWorld.actingAs(client, NAMESPACE, "cohort-test")) {
      assertEquals(0, check(tester, "definition", NAMESPACE, "30"));
      assertEquals(1, check(tester, "operator", NAMESPACE, "1", OPERATOR));
      try (OperatorWorld world =
          new OperatorWorld(
              client, NAMESPACE, OperatorWorld.actingAs(client, NAMESPACE, OPERATOR))) {
        world.create("charted", "");
        world.awaitCondition("charted", ConditionType.READY, "True: Serving");
        assertEquals(0, check(tester, "operator", NAMESPACE, "30", OPERATOR));
        assertEquals(403, refusal(world::ownConfigMaps));
      }
    }
  }

  /**
   * With scope List: served in each namespace of the list; elsewhere the account may do nothing.
   */
  @Test
  void theOperatorServesTheListedNamespacesAndNoOther() {
    String release = "lister";
    Set<String> listed = Set.of("listed-one", "listed-two");
    listed.forEach(ChartIT::restrictedNamespace);
    helm.run(
        "install",
        "cohort",
        chart(),
        "-n",
        release,
        "--create-namespace",
        "--set",
        "crds.install=false,watch.scope=List,watch.namespaces={" + String.join(",", listed) + "}");
    assertEquals(String.join(",", listed), watched(release));
    listed.forEach(namespace -> assertNotNull(role(namespace, release + ":" + OPERATOR)));
    KubernetesClient operator = OperatorWorld.actingAs(client, release, OPERATOR);
    try (OperatorWorld world = new OperatorWorld(client, release, listed, operator)) {
      // The first one that there is: what is served afterwards shows that it was passed over.
      world.createFrom("unlisted", SPEC);
      for (String namespace : listed) {
        try (FakeWorkloads _ = played(namespace)) {
          Ensembles ensembles = new Ensembles(client, namespace);
          ensembles.createFrom("listed", SPEC);
          ensembles.awaitCondition("listed", ConditionType.READY, "True: Serving");
        }
      }
      assertEquals(List.of(), world.deployments("unlisted"));
      assertEquals(403, refusal(() -> operator.apps().deployments().inNamespace(release).list()));
      assertEquals(403, refusal(() -> operator.apps().deployments().inAnyNamespace().list()));
      assertNull(world.ensemble("unlisted").getStatus());
    }
    helm.run("uninstall", "cohort", "-n", release);
    for (String namespace : listed) {
      assertNull(role(namespace, release + ":" + OPERATOR));
    }
  }

  /** What the release's Deployment tells the operator to watch. */
  private static String watched(String release) {
    return client
        .apps()
        .deployments()
        .inNamespace(release)
        .withName(OPERATOR)
        .get()
        .getSpec()
        .getTemplate()
        .getSpec()
        .getContainers()
        .getFirst()
        .getEnv()
        .stream()
        .filter(variable -> variable.getName().equals("COHORT_NAMESPACES"))
        .findFirst()
        .orElseThrow()
        .getValue();
  }

  private static int refusal(Executable call) {
    return assertThrows(KubernetesClientException.class, call).getCode();
  }

  private static FakeWorkloads played(String namespace) {
    return new FakeWorkloads(
        client, namespace, deployment -> Fate.good(), deployment -> FakeAggregatorSignals.calm(2));
  }

  private static void restrictedNamespace(String namespace) {
    client
        .resource(
            new NamespaceBuilder()
                .withNewMetadata()
                .withName(namespace)
                .addToLabels("pod-security.kubernetes.io/enforce", "restricted")
                .endMetadata()
                .build())
        .create();
  }

  @Test
  void wrongArgumentsOfACheckAreRefused() {
    assertEquals(2, check(client, "definition", NAMESPACE));
    assertEquals(2, check(client, "definition", NAMESPACE, "soon"));
    assertEquals(2, check(client, "operators", NAMESPACE, "1", OPERATOR));
  }

  /** A second release beside the first one: served everywhere, then gone without a trace. */
  @Test
  void goesAndLeavesTheDefinition() {
    String namespace = "second";
    helm.run(
        "install",
        "cohort",
        chart(),
        "-n",
        namespace,
        "--create-namespace",
        "--set",
        "crds.install=false");
    helm.run(
        "upgrade",
        "cohort",
        chart(),
        "-n",
        namespace,
        "--set",
        "crds.install=false,watch.scope=All,replicas=1");
    String name = namespace + ":" + OPERATOR;
    assertNotNull(client.rbac().clusterRoles().withName(name).get());
    assertNull(client.rbac().roles().inNamespace(namespace).withName(OPERATOR).get());
    assertNull(
        client.policy().v1().podDisruptionBudget().inNamespace(namespace).withName(OPERATOR).get());
    helm.run("uninstall", "cohort", "-n", namespace);
    assertNull(client.apps().deployments().inNamespace(namespace).withName(OPERATOR).get());
    assertEquals(
        List.of(),
        client.rbac().clusterRoles().list().getItems().stream()
            .map(ClusterRole::getMetadata)
            .map(metadata -> metadata.getName())
            .filter(other -> other.startsWith(namespace + ":"))
            .toList());
    assertTrue(client.supports("cohort.dev/v1alpha1", "StudentEnsemble"));
  }

  @Test
  void oldServersAreRefused() {
    IllegalStateException refused =
        assertThrows(
            IllegalStateException.class,
            () -> helm.run("template", "old", chart(), "--kube-version", "1.30.0"));
    assertTrue(refused.getMessage().contains("requires kubeVersion: >=1.31.0-0"));
  }

  private static int check(KubernetesClient tester, String... arguments) {
    List<String> all = new ArrayList<>(List.of(CheckCommand.NAME));
    all.addAll(List.of(arguments));
    return CheckCommand.run(tester, all);
  }

  private static Role role(String name) {
    return role(NAMESPACE, name);
  }

  private static Role role(String namespace, String name) {
    return client.rbac().roles().inNamespace(namespace).withName(name).get();
  }

  private static List<PolicyRule> rules(String name) {
    return OperatorWorld.roles().stream()
        .filter(role -> role.getMetadata().getName().equals(name))
        .map(role -> ((Role) role).getRules())
        .findFirst()
        .orElseThrow();
  }

  private static List<HasMetadata> rendered(String... arguments) {
    byte[] yaml = helm.run(arguments).getBytes(StandardCharsets.UTF_8);
    return new ArrayList<>(client.load(new ByteArrayInputStream(yaml)).items());
  }

  private static String chart() {
    return Helm.CHART.toString();
  }
}
