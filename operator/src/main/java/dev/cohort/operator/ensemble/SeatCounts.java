package dev.cohort.operator.ensemble;

import dev.cohort.operator.scaling.SeatScaler;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentStatus;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** Seats as Deployments count them. Pure. */
public final class SeatCounts {
  private SeatCounts() {}

  /** Of each student, over all revisions; students without a Deployment have none. */
  public static SeatScaler.Present of(List<Deployment> seats) {
    return new SeatScaler.Present(
        counted(seats, SeatCounts::desired), counted(seats, SeatCounts::ready));
  }

  /** Pods that a Deployment is to have. */
  public static int desired(Deployment deployment) {
    return Optional.ofNullable(deployment.getSpec().getReplicas()).orElse(1);
  }

  /** Pods of a Deployment that are ready. */
  public static int ready(Deployment deployment) {
    return Optional.ofNullable(deployment.getStatus())
        .map(DeploymentStatus::getReadyReplicas)
        .orElse(0);
  }

  private static List<Integer> counted(List<Deployment> seats, ToIntFunction<Deployment> count) {
    int students = seats.stream().mapToInt(one -> Observation.student(one) + 1).max().orElse(0);
    List<Integer> counts = new ArrayList<>(Collections.nCopies(students, 0));
    for (Deployment deployment : seats) {
      int student = Observation.student(deployment);
      counts.set(student, counts.get(student) + count.applyAsInt(deployment));
    }
    return counts;
  }
}
