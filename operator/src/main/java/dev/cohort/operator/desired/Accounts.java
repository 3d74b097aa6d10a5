package dev.cohort.operator.desired;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBuilder;
import java.util.List;

/** Whom the pods are to the API server: seats nobody, aggregators readers of EndpointSlices. */
final class Accounts {
  private Accounts() {}

  static List<HasMetadata> of(Owner owner) {
    return List.of(
        account(owner, owner.names().student(), Labels.SEAT),
        account(owner, owner.names().aggregator(), Labels.AGGREGATOR),
        new RoleBuilder()
            .withMetadata(
                Metas.of(owner, owner.names().aggregator(), Labels.of(owner, Labels.AGGREGATOR)))
            .addNewRule()
            .withApiGroups("discovery.k8s.io")
            .withResources("endpointslices")
            .withVerbs("list", "watch")
            .endRule()
            .build(),
        new RoleBindingBuilder()
            .withMetadata(
                Metas.of(owner, owner.names().aggregator(), Labels.of(owner, Labels.AGGREGATOR)))
            .withNewRoleRef("rbac.authorization.k8s.io", "Role", owner.names().aggregator())
            .addNewSubject()
            .withKind("ServiceAccount")
            .withName(owner.names().aggregator())
            .withNamespace(owner.namespace())
            .endSubject()
            .build());
  }

  private static ServiceAccount account(Owner owner, String name, String component) {
    return new ServiceAccountBuilder()
        .withMetadata(Metas.of(owner, name, Labels.of(owner, component)))
        .withAutomountServiceAccountToken(false)
        .build();
  }
}
