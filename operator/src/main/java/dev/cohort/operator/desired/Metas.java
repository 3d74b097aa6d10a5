package dev.cohort.operator.desired;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.util.Map;

/** Metadata of the objects. */
final class Metas {
  private Metas() {}

  static ObjectMeta of(Owner owner, String name, Map<String, String> labels) {
    return new ObjectMetaBuilder()
        .withName(name)
        .withNamespace(owner.namespace())
        .withLabels(labels)
        .withOwnerReferences(owner.reference())
        .build();
  }
}
