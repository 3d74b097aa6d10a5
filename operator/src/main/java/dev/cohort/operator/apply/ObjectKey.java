package dev.cohort.operator.apply;

import io.fabric8.kubernetes.api.model.HasMetadata;

/** Kind and name of an object of one namespace. */
public record ObjectKey(String kind, String name) {
  /** That of an object. */
  public static ObjectKey of(HasMetadata object) {
    return new ObjectKey(object.getKind(), object.getMetadata().getName());
  }

  @Override
  public String toString() {
    return kind + " " + name;
  }
}
