package dev.cohort.operator.ensemble;

import dev.cohort.crds.StudentEnsemble;
import dev.cohort.crds.StudentEnsembleSpec;
import dev.cohort.operator.burst.Reception;
import dev.cohort.operator.desired.Labels;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * An ensemble as it is at one moment.
 *
 * @param ensemble the resource
 * @param objects of the operator that belong to it, pods not among them
 * @param pods of the ensemble
 * @param receptions what its aggregators said last
 * @param faults why aggregators cannot be watched
 * @param at wall clock
 * @param nanos monotonic clock
 */
public record Observation(
    StudentEnsemble ensemble,
    List<HasMetadata> objects,
    List<Pod> pods,
    List<Reception> receptions,
    List<String> faults,
    Instant at,
    long nanos) {
  /** Copies the lists. */
  public Observation {
    objects = List.copyOf(objects);
    pods = List.copyOf(pods);
    receptions = List.copyOf(receptions);
    faults = List.copyOf(faults);
  }

  /** What the ensemble is to be. */
  public StudentEnsembleSpec spec() {
    return ensemble.getSpec();
  }

  /** All Deployments. */
  public List<Deployment> deployments() {
    return objects.stream()
        .filter(Deployment.class::isInstance)
        .map(Deployment.class::cast)
        .toList();
  }

  /** Deployments of a component. */
  public List<Deployment> deployments(String component) {
    return deployments().stream().filter(one -> isOf(one, component)).toList();
  }

  /** Pods of a component. */
  public List<Pod> pods(String component) {
    return pods.stream().filter(pod -> isOf(pod, component)).toList();
  }

  /** Only what belongs to one revision; objects without one are left out. */
  public Observation of(String revision) {
    List<Pod> own = pods.stream().filter(pod -> isOfRevision(pod, revision)).toList();
    Set<String> names =
        own.stream().map(pod -> pod.getMetadata().getName()).collect(Collectors.toSet());
    return new Observation(
        ensemble,
        objects.stream().filter(object -> isOfRevision(object, revision)).toList(),
        own,
        receptions.stream().filter(reception -> names.contains(reception.pod())).toList(),
        faults,
        at,
        nanos);
  }

  private static boolean isOfRevision(HasMetadata object, String revision) {
    return revision.equals(label(object, Labels.REVISION).orElse(""));
  }

  /** Whether an object belongs to a component. */
  public static boolean isOf(HasMetadata object, String component) {
    return component.equals(label(object, Labels.COMPONENT).orElse(""));
  }

  /** A label. */
  public static Optional<String> label(HasMetadata object, String key) {
    return Optional.ofNullable(object.getMetadata().getLabels()).map(labels -> labels.get(key));
  }

  /** The home student of a Deployment or a pod of seats. */
  public static int student(HasMetadata object) {
    return label(object, Labels.STUDENT).map(Integer::parseInt).orElse(0);
  }
}
