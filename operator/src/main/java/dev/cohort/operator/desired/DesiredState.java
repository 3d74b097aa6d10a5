package dev.cohort.operator.desired;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayList;
import java.util.List;

/** The objects that an ensemble is made of. Pure. */
public final class DesiredState {
  private DesiredState() {}

  /**
   * All objects, those first that others need. Each holds what the operator wants and nothing else:
   * no field of the server's, and no default that the server fills in.
   */
  public static List<HasMetadata> of(Blueprint blueprint) {
    List<HasMetadata> objects = new ArrayList<>(Accounts.of(blueprint.owner()));
    objects.addAll(Policies.of(blueprint));
    objects.addAll(Extras.of(blueprint));
    objects.add(Networking.client(blueprint));
    objects.add(Networking.seats(blueprint));
    for (Blueprint.Generation generation : blueprint.generations()) {
      objects.addAll(SeatWorkloads.of(blueprint, generation));
      objects.add(AggregatorWorkloads.of(blueprint, generation));
    }
    objects.addAll(Budgets.of(blueprint));
    return List.copyOf(objects);
  }
}
