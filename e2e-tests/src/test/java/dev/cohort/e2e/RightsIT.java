package dev.cohort.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cohort.crds.ConditionType;
import dev.cohort.e2e.FakeWorkloads.Fate;
import dev.cohort.e2e.cluster.AuditLog;
import dev.cohort.e2e.cluster.AuditLog.Entry;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What the operator may do is what it does, by the audit log of the API server. */
@EnabledIf(
    value = "dev.cohort.e2e.ApiServer#isBuilt",
    disabledReason =
        "skipped: the programs of the test cluster are not built (./cohort cluster programs)")
final class RightsIT {
  private static final String NAMESPACE = "audited";
  private static final int CREATED = 201;
  private static final int FORBIDDEN = 403;

  /** Granted to the aggregators, who use it: EndpointSlicesIT. */
  private static final Set<String> PASSED_ON =
      Set.of("list endpointslices", "watch endpointslices");

  private static ApiServer server;
  private static KubernetesClient client;
  private static FakeWorkloads workloads;

  @BeforeAll
  static void start() throws Exception {
    server = ApiServer.start().orElseThrow();
    client = server.admin();
    OperatorWorld.define(client);
    define("monitoring.coreos.com", "PodMonitor");
    define("cert-manager.io", "Certificate");
    workloads =
        new FakeWorkloads(
            client, NAMESPACE, one -> Fate.good(), one -> FakeAggregatorSignals.calm(2));
  }

  @AfterAll
  static void stop() {
    Optional.ofNullable(workloads).ifPresent(FakeWorkloads::close);
    Optional.ofNullable(server).ifPresent(ApiServer::close);
  }

  @Test
  void everyRightIsUsedAndNoneIsMissing() {
    try (OperatorWorld world = new OperatorWorld(client, NAMESPACE)) {
      live(world);
    }
    List<Entry> asked = AuditLog.in(server.auditLog()).of(NAMESPACE, "cohort-operator");
    assertEquals(
        List.of(), asked.stream().filter(entry -> entry.code() == FORBIDDEN).toList(), "refused");
    Set<String> granted = granted();
    assertEquals(
        List.of(), granted.stream().filter(right -> right.contains("*")).toList(), "wildcards");
    granted.removeAll(PASSED_ON);
    granted.removeAll(used(asked));
    assertEquals(Set.of(), granted, "never used");
  }

  /** All that the operator ever does: it makes, changes and takes away each kind of object. */
  private static void live(OperatorWorld world) {
    world.create(
        "plain", "aggregator: {replicas: 2}, observability: {podMonitor: {enabled: true}}");
    world.awaitCondition("plain", ConditionType.READY, "True: Serving");
    world.create("secured", "security: {clientTls: {issuer: {name: test}}}");
    Await.until("a certificate", () -> exists("cert-manager.io/v1", "Certificate"));
    Await.until(
        "no authority",
        () ->
            String.valueOf(world.ensemble("secured").getStatus())
                .contains("secured-client-tls has no ca.crt"));
    world.patch("secured", "{\"spec\":{\"security\":null}}");
    Await.until("no certificate", () -> !exists("cert-manager.io/v1", "Certificate"));
    world.patch(
        "plain",
        """
        {"spec": {"aggregator": {"replicas": 1}, "networkPolicy": {"enabled": false},
          "observability": {"podMonitor": {"enabled": false}},
          "package": {"persistentVolumeClaim": {"claimName": "second"}}}}
        """);
    Await.until("no monitor", () -> !exists("monitoring.coreos.com/v1", "PodMonitor"));
    Await.until("only the new pods", () -> world.deployments("plain").size() == 3);
    world.awaitCondition("plain", ConditionType.READY, "True: Serving");
    Await.until(
        "no budget",
        () ->
            client
                    .policy()
                    .v1()
                    .podDisruptionBudget()
                    .inNamespace(NAMESPACE)
                    .withName("plain-aggregator")
                    .get()
                == null);
  }

  private static boolean exists(String version, String kind) {
    return !client
        .genericKubernetesResources(version, kind)
        .inNamespace(NAMESPACE)
        .list()
        .getItems()
        .isEmpty();
  }

  private static Set<String> granted() {
    return OperatorWorld.roles().stream()
        .flatMap(role -> ((Role) role).getRules().stream())
        .flatMap(RightsIT::rights)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Stream<String> rights(PolicyRule rule) {
    return rule.getResources().stream()
        .flatMap(resource -> rule.getVerbs().stream().map(verb -> verb + " " + resource));
  }

  /** A patch that has made an object was allowed to create, too. */
  private static Set<String> used(List<Entry> asked) {
    return asked.stream()
        .flatMap(
            entry ->
                entry.verb().equals("patch") && entry.code() == CREATED
                    ? Stream.of("patch " + entry.resource(), "create " + entry.resource())
                    : Stream.of(entry.verb() + " " + entry.resource()))
        .collect(Collectors.toSet());
  }

  /** A kind that the operator may meet, with any content. */
  private static void define(String group, String kind) {
    String plural = kind.toLowerCase(Locale.ROOT) + "s";
    client
        .load(
            new ByteArrayInputStream(
                """
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata:
                  name: %2$s.%1$s
                spec:
                  group: %1$s
                  scope: Namespaced
                  names: {kind: %3$s, plural: %2$s}
                  versions:
                    - name: v1
                      served: true
                      storage: true
                      schema:
                        openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
                """
                    .formatted(group, plural, kind)
                    .getBytes(StandardCharsets.UTF_8)))
        .create();
    Await.until(kind + " is served", () -> client.supports(group + "/v1", kind));
  }
}
