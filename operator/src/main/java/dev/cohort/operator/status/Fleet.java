package dev.cohort.operator.status;

import dev.cohort.operator.desired.Labels;
import dev.cohort.operator.ensemble.Observation;
import dev.cohort.operator.ensemble.SeatCounts;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The pods of an ensemble as questions about them. Pure.
 *
 * @param seen the ensemble
 */
public record Fleet(Observation seen) {
  /** Restarts after which a pod is not starting any more, but failing. */
  private static final int FEW_RESTARTS = 2;

  /** Aggregators that are ready: they can answer. */
  public int readyAggregators() {
    return seen.deployments(Labels.AGGREGATOR).stream().mapToInt(SeatCounts::ready).sum();
  }

  /** Seats that are ready. */
  public int readySeats() {
    return seen.deployments(Labels.SEAT).stream().mapToInt(SeatCounts::ready).sum();
  }

  /** Seats that there should be. */
  public int desiredSeats() {
    return seen.deployments(Labels.SEAT).stream().mapToInt(SeatCounts::desired).sum();
  }

  /** What the scheduler says of pods without a node; the first of them. */
  public Optional<String> unschedulable() {
    return seen.pods().stream()
        .flatMap(pod -> conditions(pod).filter(condition -> isUnschedulable(condition)))
        .map(PodCondition::getMessage)
        .filter(message -> message != null)
        .sorted()
        .findFirst();
  }

  /** What ended a container that ends again and again; the first of them. */
  public Optional<String> crash() {
    return seen.pods().stream()
        .sorted((one, other) -> name(one).compareTo(name(other)))
        .flatMap(pod -> containers(pod).flatMap(container -> failure(pod, container).stream()))
        .findFirst();
  }

  /** Whether a seat of a student ends again and again. */
  public boolean isFailing(int student) {
    return seen.pods(Labels.SEAT).stream()
        .filter(pod -> Observation.student(pod) == student)
        .anyMatch(pod -> containers(pod).anyMatch(one -> failure(pod, one).isPresent()));
  }

  /** What keeps a Deployment from making pods, such as a quota; the first of them. */
  public Optional<String> refusal() {
    return seen.deployments().stream()
        .filter(deployment -> deployment.getStatus() != null)
        .flatMap(deployment -> deployment.getStatus().getConditions().stream())
        .filter(condition -> condition.getType().equals("ReplicaFailure"))
        .filter(condition -> condition.getStatus().equals("True"))
        .map(condition -> Optional.ofNullable(condition.getMessage()).orElse(""))
        .findFirst();
  }

  /** Whether the cluster has yet to bring the pods of some Deployment to its template. */
  public boolean isUpdating() {
    return seen.deployments().stream().anyMatch(Fleet::isUpdating);
  }

  private static boolean isUpdating(Deployment deployment) {
    if (deployment.getStatus() == null || deployment.getStatus().getObservedGeneration() == null) {
      return true;
    }
    long known = deployment.getStatus().getObservedGeneration();
    int updated = Optional.ofNullable(deployment.getStatus().getUpdatedReplicas()).orElse(0);
    int all = Optional.ofNullable(deployment.getStatus().getReplicas()).orElse(0);
    return known < deployment.getMetadata().getGeneration() || updated < all;
  }

  private static Stream<PodCondition> conditions(Pod pod) {
    return pod.getStatus() == null ? Stream.of() : pod.getStatus().getConditions().stream();
  }

  private static boolean isUnschedulable(PodCondition condition) {
    return condition.getType().equals("PodScheduled")
        && condition.getStatus().equals("False")
        && "Unschedulable".equals(condition.getReason());
  }

  private static Stream<ContainerStatus> containers(Pod pod) {
    return pod.getStatus() == null
        ? Stream.of()
        : Stream.of(
                pod.getStatus().getInitContainerStatuses(), pod.getStatus().getContainerStatuses())
            .flatMap(List::stream);
  }

  private static Optional<String> failure(Pod pod, ContainerStatus container) {
    if (Boolean.TRUE.equals(container.getReady()) || container.getRestartCount() < FEW_RESTARTS) {
      return Optional.empty();
    }
    return Optional.ofNullable(container.getLastState())
        .map(ContainerState::getTerminated)
        .map(
            end ->
                "%s, restarted %d times: exit code %d%s"
                    .formatted(
                        name(pod),
                        container.getRestartCount(),
                        end.getExitCode(),
                        end.getMessage() == null ? "" : ", " + end.getMessage().strip()));
  }

  private static String name(Pod pod) {
    return pod.getMetadata().getName();
  }
}
