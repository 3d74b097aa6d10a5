package dev.cohort.e2e;

import dev.cohort.crds.ConditionType;
import dev.cohort.crds.Conditions;
import dev.cohort.crds.StudentEnsemble;
import dev.cohort.operator.OperatorRuntime;
import dev.cohort.operator.config.OperatorSettings;
import dev.cohort.operator.desired.Image;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** An operator in a namespace of its own on an API server, and what tests ask about it. */
final class OperatorWorld implements AutoCloseable {
  private static final String ACCOUNT = "cohort-operator";
  private static final String ENSEMBLE = "cohort.dev/ensemble";

  private final KubernetesClient client;
  private final String namespace;
  private final KubernetesClient own;
  private final OperatorRuntime operator;

  /** Makes the namespace and the account, and starts the operator. */
  OperatorWorld(KubernetesClient client, String namespace) {
    this(client, namespace, account(client, namespace));
  }

  /**
   * Starts the operator in a namespace that is there.
   *
   * @param own the operator's client, closed with this
   */
  OperatorWorld(KubernetesClient client, String namespace, KubernetesClient own) {
    this.client = client;
    this.namespace = namespace;
    this.own = own;
    this.operator =
        OperatorRuntime.start(
            settings(namespace), own, new SimpleMeterRegistry(), "test", () -> {});
  }

  /** A client that may do what the operator's rules say, and nothing else. */
  private static KubernetesClient account(KubernetesClient admin, String namespace) {
    admin
        .resource(
            new NamespaceBuilder().withNewMetadata().withName(namespace).endMetadata().build())
        .create();
    for (HasMetadata role : roles()) {
      String name = role.getMetadata().getName();
      role.getMetadata().setNamespace(namespace);
      admin.resource(role).create();
      admin
          .resource(
              new RoleBindingBuilder()
                  .withNewMetadata()
                  .withName(name)
                  .withNamespace(namespace)
                  .endMetadata()
                  .withNewRoleRef("rbac.authorization.k8s.io", "Role", name)
                  .addNewSubject()
                  .withKind("ServiceAccount")
                  .withName(ACCOUNT)
                  .withNamespace(namespace)
                  .endSubject()
                  .build())
          .create();
    }
    return actingAs(admin, namespace, ACCOUNT);
  }

  /** A client that may do what a ServiceAccount may do. */
  static KubernetesClient actingAs(KubernetesClient admin, String namespace, String account) {
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(admin.getConfiguration())
                .withImpersonateUsername(
                    "system:serviceaccount:%s:%s".formatted(namespace, account))
                .withImpersonateGroups("system:serviceaccounts", "system:authenticated")
                .build())
        .build();
  }

  /** What the operator says it may do. */
  static List<HasMetadata> roles() {
    try (InputStream roles = OperatorRuntime.class.getResourceAsStream(OperatorRuntime.ROLES)) {
      return new KubernetesSerialization().<List<HasMetadata>>unmarshal(roles);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes the definition known to a server. */
  static void define(KubernetesClient client) throws Exception {
    try (InputStream definition =
        StudentEnsemble.class.getResourceAsStream(StudentEnsemble.DEFINITION)) {
      client.load(definition).serverSideApply();
    }
    Await.until(
        "the definition is served",
        () -> client.supports("cohort.dev/v1alpha1", "StudentEnsemble"));
  }

  static OperatorSettings settings(String namespace) {
    return new OperatorSettings(
        namespace,
        Set.of(namespace),
        new Image("example.org/cohort/student:1", null),
        new Image("example.org/cohort/aggregator:1", null),
        OperatorSettings.Feature.AUTO,
        Optional.of("cohort-operator"),
        OperatorSettings.Credentials.none());
  }

  /** Makes an ensemble; {@code more} is YAML of its spec, in braces. */
  void create(String name, String more) {
    client
        .load(
            new ByteArrayInputStream(
                """
                apiVersion: cohort.dev/v1alpha1
                kind: StudentEnsemble
                metadata: {name: %s, namespace: %s}
                spec: {package: {persistentVolumeClaim: {claimName: first}}%s}
                """
                    .formatted(name, namespace, more.isEmpty() ? "" : ", " + more)
                    .getBytes(StandardCharsets.UTF_8)))
        .create();
  }

  StudentEnsemble ensemble(String name) {
    return client.resources(StudentEnsemble.class).inNamespace(namespace).withName(name).get();
  }

  /** Changes the stored resource as text: a JSON merge patch. */
  void patch(String name, String patch) {
    client
        .resources(StudentEnsemble.class)
        .inNamespace(namespace)
        .withName(name)
        .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
  }

  /** {@code True: Reason}, or nothing. */
  String condition(String name, ConditionType type) {
    return Optional.ofNullable(ensemble(name).getStatus())
        .flatMap(status -> Conditions.find(status.conditions(), type))
        .map(
            condition ->
                condition.status().name().charAt(0)
                    + condition.status().name().substring(1).toLowerCase(Locale.ROOT)
                    + ": "
                    + condition.reason())
        .orElse("");
  }

  void awaitCondition(String name, ConditionType type, String wanted) {
    Await.until(
        "%s is %s".formatted(type.value(), wanted), () -> condition(name, type).equals(wanted));
  }

  List<Deployment> deployments(String ensemble) {
    return client
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withLabel(ENSEMBLE, ensemble)
        .list()
        .getItems();
  }

  /** Seats of each student, over all revisions. */
  Map<Integer, Integer> seats(String ensemble) {
    Map<Integer, Integer> seats = new TreeMap<>();
    deployments(ensemble).stream()
        .filter(one -> one.getMetadata().getLabels().containsKey("cohort.dev/student"))
        .forEach(
            one ->
                seats.merge(
                    Integer.parseInt(one.getMetadata().getLabels().get("cohort.dev/student")),
                    one.getSpec().getReplicas(),
                    Integer::sum));
    return seats;
  }

  void awaitSeats(String ensemble, Map<Integer, Integer> wanted) {
    Await.until("seats " + wanted, () -> seats(ensemble).equals(wanted));
  }

  /** Resource versions of all objects of an ensemble, and of itself. */
  Map<String, String> versions(String ensemble) {
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
                kind.inNamespace(namespace)
                    .withLabel(ENSEMBLE, ensemble)
                    .list()
                    .getItems()
                    .forEach(object -> put(versions, (HasMetadata) object)));
    put(versions, ensemble(ensemble));
    return versions;
  }

  /** Changes one Deployment of an ensemble as somebody else would. */
  void edit(String deployment, UnaryOperator<Deployment> change) {
    client.apps().deployments().inNamespace(namespace).withName(deployment).edit(change);
  }

  /** Asks for what no rule of the operator allows. */
  void ownConfigMaps() {
    own.configMaps().inNamespace(namespace).list();
  }

  /** Reasons of the events of an ensemble. */
  List<String> events(String ensemble) {
    return client.v1().events().inNamespace(namespace).list().getItems().stream()
        .filter(event -> ensemble.equals(event.getInvolvedObject().getName()))
        .map(Event::getReason)
        .toList();
  }

  @Override
  public void close() {
    operator.close();
    own.close();
  }

  private static void put(Map<String, String> versions, HasMetadata object) {
    versions.put(
        object.getKind() + " " + object.getMetadata().getName(),
        object.getMetadata().getResourceVersion());
  }
}
