package dev.cohort.e2e;

import dev.cohort.crds.ConditionType;
import dev.cohort.crds.Conditions;
import dev.cohort.crds.StudentEnsemble;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** The StudentEnsembles of a namespace, and what tests ask and tell of them. Thread-safe. */
public class Ensembles {
  private static final String ENSEMBLE = "cohort.dev/ensemble";

  private final KubernetesClient client;
  private final String namespace;

  /**
   * @param client may read and write whatever is asked for
   */
  public Ensembles(KubernetesClient client, String namespace) {
    this.client = client;
    this.namespace = namespace;
  }

  /** Makes an ensemble; {@code spec} is YAML of its spec, without the braces. */
  public final void createFrom(String name, String spec) {
    client
        .load(
            new ByteArrayInputStream(
                """
                apiVersion: cohort.dev/v1alpha1
                kind: StudentEnsemble
                metadata: {name: %s, namespace: %s}
                spec: {%s}
                """
                    .formatted(name, namespace, spec)
                    .getBytes(StandardCharsets.UTF_8)))
        .create();
  }

  /** The stored resource. */
  public final StudentEnsemble ensemble(String name) {
    return client.resources(StudentEnsemble.class).inNamespace(namespace).withName(name).get();
  }

  /** Its pods of a role, in the order of their names: {@code student} or {@code aggregator}. */
  public final List<Pod> pods(String ensemble, String component) {
    return client
        .pods()
        .inNamespace(namespace)
        .withLabel(ENSEMBLE, ensemble)
        .withLabel("app.kubernetes.io/component", component)
        .list()
        .getItems()
        .stream()
        .sorted(Comparator.comparing(pod -> pod.getMetadata().getName()))
        .toList();
  }

  /** Changes the stored resource as text: a JSON merge patch. */
  public final void patch(String name, String patch) {
    client
        .resources(StudentEnsemble.class)
        .inNamespace(namespace)
        .withName(name)
        .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
  }

  /** Deletes it, if it is there; returns at once. */
  public final void delete(String name) {
    client.resources(StudentEnsemble.class).inNamespace(namespace).withName(name).delete();
  }

  /** {@code True: Reason}, or nothing. */
  public final String condition(String name, ConditionType type) {
    return condition(ensemble(name), type);
  }

  /**
   * Whether it is Ready as its spec says now. Read once: of two reads the first could see the
   * conditions of the spec before, the second that the operator has seen the one of now.
   */
  public final boolean isReady(String name) {
    StudentEnsemble now = ensemble(name);
    return now.getStatus() != null
        && now.getMetadata().getGeneration().equals(now.getStatus().observedGeneration())
        && condition(now, ConditionType.READY).startsWith("True")
        && condition(now, ConditionType.PROGRESSING).startsWith("False");
  }

  private static String condition(StudentEnsemble read, ConditionType type) {
    return Optional.ofNullable(read.getStatus())
        .flatMap(status -> Conditions.find(status.conditions(), type))
        .map(
            condition ->
                condition.status().name().charAt(0)
                    + condition.status().name().substring(1).toLowerCase(Locale.ROOT)
                    + ": "
                    + condition.reason())
        .orElse("");
  }

  /** Waits for {@code True: Reason}. */
  public final void awaitCondition(String name, ConditionType type, String wanted) {
    Await.until(
        "%s is %s".formatted(type.value(), wanted), () -> condition(name, type).equals(wanted));
  }

  /** Its Deployments, over all revisions. */
  public final List<Deployment> deployments(String ensemble) {
    return client
        .apps()
        .deployments()
        .inNamespace(namespace)
        .withLabel(ENSEMBLE, ensemble)
        .list()
        .getItems();
  }

  /** Seats of each student, over all revisions. */
  public final Map<Integer, Integer> seats(String ensemble) {
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

  /** Waits for so many seats of each student. */
  public final void awaitSeats(String ensemble, Map<Integer, Integer> wanted) {
    Await.until("seats " + wanted, () -> seats(ensemble).equals(wanted));
  }

  /** Resource versions of all objects of an ensemble, and of itself. */
  public final Map<String, String> versions(String ensemble) {
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
  public final void edit(String deployment, UnaryOperator<Deployment> change) {
    client.apps().deployments().inNamespace(namespace).withName(deployment).edit(change);
  }

  /** Reasons of the events of an ensemble. */
  public final List<String> events(String ensemble) {
    return client.v1().events().inNamespace(namespace).list().getItems().stream()
        .filter(event -> ensemble.equals(event.getInvolvedObject().getName()))
        .map(Event::getReason)
        .toList();
  }

  private static void put(Map<String, String> versions, HasMetadata object) {
    versions.put(
        object.getKind() + " " + object.getMetadata().getName(),
        object.getMetadata().getResourceVersion());
  }
}
