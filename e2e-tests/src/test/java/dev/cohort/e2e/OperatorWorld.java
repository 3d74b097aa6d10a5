package dev.cohort.e2e;

import dev.cohort.crds.StudentEnsemble;
import dev.cohort.operator.OperatorClient;
import dev.cohort.operator.OperatorRuntime;
import dev.cohort.operator.config.OperatorSettings;
import dev.cohort.operator.desired.Image;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** An operator in a namespace of its own on an API server, and what tests ask about it. */
final class OperatorWorld extends Ensembles implements AutoCloseable {
  private static final String ACCOUNT = "cohort-operator";

  private final String namespace;
  private final KubernetesClient own;
  private final OperatorRuntime operator;
  private final MeterRegistry metrics = new SimpleMeterRegistry();

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
    this(client, namespace, Set.of(namespace), own);
  }

  /**
   * Starts the operator in a namespace that is there, to serve the ensembles of others.
   *
   * @param own the operator's client, closed with this
   */
  OperatorWorld(
      KubernetesClient client, String namespace, Set<String> watched, KubernetesClient own) {
    super(client, namespace);
    this.own = own;
    this.namespace = namespace;
    this.operator =
        OperatorRuntime.start(settings(namespace, watched), own, metrics, "test", () -> {});
  }

  /** A client that may do what the operator's rules say, and nothing else. */
  static KubernetesClient account(KubernetesClient admin, String namespace) {
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
        .withKubernetesSerialization(OperatorClient.serialization())
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
    return settings(namespace, Set.of(namespace));
  }

  private static OperatorSettings settings(String namespace, Set<String> watched) {
    return new OperatorSettings(
        namespace,
        watched,
        new Image("example.org/cohort/student:1", null),
        new Image("example.org/cohort/aggregator:1", null),
        OperatorSettings.Feature.AUTO,
        Optional.of("cohort-operator"),
        OperatorSettings.Credentials.none(),
        Optional.empty());
  }

  /** Makes an ensemble; {@code more} is YAML of its spec, in braces. */
  void create(String name, String more) {
    createFrom(
        name,
        "package: {persistentVolumeClaim: {claimName: first}}"
            + (more.isEmpty() ? "" : ", " + more));
  }

  /** Decisions about an ensemble that were counted, by their reasons. */
  Map<String, Double> decisions(String ensemble) {
    return metrics
        .find("cohort.operator.scaling.decisions")
        .tag("ensemble", ensemble)
        .counters()
        .stream()
        .collect(Collectors.toMap(counter -> counter.getId().getTag("reason"), Counter::count));
  }

  /** Asks for what no rule of the operator allows. */
  void ownConfigMaps() {
    own.configMaps().inNamespace(namespace).list();
  }

  @Override
  public void close() {
    operator.close();
    own.close();
  }
}
