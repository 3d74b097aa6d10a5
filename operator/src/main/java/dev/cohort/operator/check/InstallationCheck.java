package dev.cohort.operator.check;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Whether an installation is complete. Each question waits for what is still missing, at most as
 * long as it was given, and answers what is wrong; it changes nothing. For one thread.
 */
public final class InstallationCheck {
  private static final String DEFINITION = "studentensembles.cohort.dev";
  private static final int UNPROCESSABLE = 422;
  private static final String ENSEMBLE =
      """
      apiVersion: cohort.dev/v1alpha1
      kind: StudentEnsemble
      metadata: {generateName: installation-check-}
      spec: {%s}
      """;

  private final KubernetesClient client;
  private final String namespace;
  private final Duration timeout;

  /**
   * @param namespace of the installation
   * @param timeout for each object that is waited for
   */
  public InstallationCheck(KubernetesClient client, String namespace, Duration timeout) {
    this.client = client;
    this.namespace = namespace;
    this.timeout = timeout;
  }

  /** The definition is established, takes the smallest ensemble and refuses an empty one. */
  public Optional<String> definition() {
    Resource<CustomResourceDefinition> definition =
        client.apiextensions().v1().customResourceDefinitions().withName(DEFINITION);
    return await(
            definition,
            InstallationCheck::isEstablished,
            "the definition %s is not established".formatted(DEFINITION))
        .or(() -> dryRun("package: {persistentVolumeClaim: {claimName: some}}"))
        .or(this::emptyIsTaken);
  }

  /**
   * All operators are available, and one of them leads: the Lease is renewed.
   *
   * @param name of the Deployment and of the Lease
   */
  public Optional<String> operator(String name) {
    return await(
            client.apps().deployments().inNamespace(namespace).withName(name),
            InstallationCheck::isAvailable,
            "not all pods of Deployment %s are available".formatted(name))
        .or(() -> leads(client.leases().inNamespace(namespace).withName(name), name));
  }

  private Optional<String> leads(Resource<Lease> lease, String name) {
    Optional<ZonedDateTime> before = renewed(lease.get());
    return await(
        lease,
        now -> isHeld(now) && !renewed(now).equals(before),
        "nobody renews Lease %s: no operator leads".formatted(name));
  }

  private <T> Optional<String> await(
      Resource<T> resource, Predicate<T> condition, String otherwise) {
    try {
      resource.waitUntilCondition(
          now -> now != null && condition.test(now), timeout.toMillis(), TimeUnit.MILLISECONDS);
      return Optional.empty();
    } catch (KubernetesClientTimeoutException e) {
      return Optional.of("%s after %d s".formatted(otherwise, timeout.toSeconds()));
    }
  }

  private Optional<String> dryRun(String spec) {
    try {
      client.resource(ENSEMBLE.formatted(spec)).inNamespace(namespace).dryRun(true).create();
      return Optional.empty();
    } catch (KubernetesClientException e) {
      return Optional.of("a right ensemble is refused: " + e.getMessage());
    }
  }

  private Optional<String> emptyIsTaken() {
    try {
      client
          .resource(ENSEMBLE.formatted("package: {}"))
          .inNamespace(namespace)
          .dryRun(true)
          .create();
      return Optional.of("an ensemble without a package is taken: the definition has no rules");
    } catch (KubernetesClientException e) {
      return e.getCode() == UNPROCESSABLE || e.getCode() == HttpURLConnection.HTTP_BAD_REQUEST
          ? Optional.empty()
          : Optional.of("an ensemble without a package: " + e.getMessage());
    }
  }

  private static boolean isEstablished(CustomResourceDefinition definition) {
    return definition.getStatus() != null
        // The API server says null where there are none yet.
        && definition.getStatus().getConditions() != null
        && definition.getStatus().getConditions().stream()
            .anyMatch(
                condition ->
                    condition.getType().equals("Established")
                        && condition.getStatus().equals("True"));
  }

  private static boolean isAvailable(Deployment deployment) {
    Integer available =
        deployment.getStatus() == null ? null : deployment.getStatus().getAvailableReplicas();
    return available != null && available >= deployment.getSpec().getReplicas();
  }

  private static Optional<ZonedDateTime> renewed(Lease lease) {
    return Optional.ofNullable(lease).map(Lease::getSpec).map(LeaseSpec::getRenewTime);
  }

  private static boolean isHeld(Lease lease) {
    String holder = lease.getSpec() == null ? null : lease.getSpec().getHolderIdentity();
    return holder != null && !holder.isEmpty();
  }
}
