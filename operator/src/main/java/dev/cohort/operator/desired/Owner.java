package dev.cohort.operator.desired;

import dev.cohort.crds.StudentEnsemble;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;

/**
 * The ensemble that objects belong to.
 *
 * @param name of the resource, at most 63 characters
 * @param namespace of the resource and of all its objects
 * @param uid of the resource
 */
public record Owner(String name, String namespace, String uid) {
  /** The owner that a stored resource is. */
  public static Owner of(StudentEnsemble ensemble) {
    return new Owner(
        ensemble.getMetadata().getName(),
        ensemble.getMetadata().getNamespace(),
        ensemble.getMetadata().getUid());
  }

  /** Names of its objects. */
  public Names names() {
    return new Names(name);
  }

  /** Whether an object belongs to this very ensemble, not to one of its name before it. */
  public boolean owns(HasMetadata object) {
    return object.getMetadata().getOwnerReferences().stream()
        .map(OwnerReference::getUid)
        .anyMatch(uid::equals);
  }

  /** What makes the API server delete an object after its ensemble. */
  OwnerReference reference() {
    return new OwnerReferenceBuilder()
        .withApiVersion(StudentEnsemble.GROUP + "/" + StudentEnsemble.VERSION)
        .withKind("StudentEnsemble")
        .withName(name)
        .withUid(uid)
        .withController(true)
        .build();
  }
}
