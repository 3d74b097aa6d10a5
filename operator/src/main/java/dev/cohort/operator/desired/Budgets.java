package dev.cohort.operator.desired;

import dev.cohort.crds.Regime;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudgetBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * How many pods may be evicted at a time: one of those that can stand in for each other. A pod that
 * is alone has no budget, since it would keep its node from ever being drained.
 */
final class Budgets {
  private Budgets() {}

  static List<PodDisruptionBudget> of(Blueprint blueprint) {
    Owner owner = blueprint.owner();
    List<PodDisruptionBudget> budgets = new ArrayList<>();
    if (blueprint.spec().aggregator().replicas() > 1) {
      budgets.add(
          budget(
              owner,
              owner.names().aggregator(),
              Labels.of(owner, Labels.AGGREGATOR),
              Labels.selecting(owner, Labels.AGGREGATOR)));
    }
    budgets.addAll(
        blueprint.spec().regime() == Regime.SHARED ? shared(blueprint) : dedicated(blueprint));
    return budgets;
  }

  /** Any seat can stand in for any other. */
  private static List<PodDisruptionBudget> shared(Blueprint blueprint) {
    Owner owner = blueprint.owner();
    int seats = IntStream.range(0, blueprint.students()).map(blueprint::seats).sum();
    return seats > 1
        ? List.of(
            budget(
                owner,
                owner.names().student(),
                Labels.of(owner, Labels.SEAT),
                Labels.selecting(owner, Labels.SEAT)))
        : List.of();
  }

  private static List<PodDisruptionBudget> dedicated(Blueprint blueprint) {
    Owner owner = blueprint.owner();
    return IntStream.range(0, blueprint.students())
        .filter(student -> blueprint.seats(student) > 1)
        .mapToObj(
            student ->
                budget(
                    owner,
                    owner.names().student(student),
                    Labels.of(owner, Labels.SEAT),
                    Labels.selecting(owner, student)))
        .toList();
  }

  private static PodDisruptionBudget budget(
      Owner owner, String name, Map<String, String> labels, Map<String, String> selector) {
    return new PodDisruptionBudgetBuilder()
        .withMetadata(Metas.of(owner, name, labels))
        .withNewSpec()
        .withMaxUnavailable(new IntOrString(1))
        .withNewSelector()
        .withMatchLabels(selector)
        .endSelector()
        // A pod that does not work is in nobody's way.
        .withUnhealthyPodEvictionPolicy("AlwaysAllow")
        .endSpec()
        .build();
  }
}
