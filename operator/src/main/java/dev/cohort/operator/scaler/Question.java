package dev.cohort.operator.scaler;

import dev.cohort.crds.ScalingMode;
import dev.cohort.crds.StudentEnsemble;
import dev.cohort.operator.desired.Json;
import dev.cohort.protocol.externalscaler.ScaledObjectRef;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Which ensemble a ScaledObject asks about, and whether it may be answered. Stateless. */
final class Question {
  private static final String ENSEMBLE = "ensemble";
  private static final String NAMESPACE = "namespace";
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  /** A text that comes back in an error is no longer than the longest right one. */
  private static final int SHOWN = 63;

  private Question() {}

  /**
   * The ensemble that is named.
   *
   * @throws StatusRuntimeException naming the field that is missing or wrong, and its value
   */
  static ResourceID ensemble(ScaledObjectRef reference) {
    Map<String, String> metadata = reference.getScalerMetadataMap();
    String namespace = metadata.get(NAMESPACE);
    return new ResourceID(
        name("scalerMetadata.ensemble", metadata.getOrDefault(ENSEMBLE, "")),
        namespace == null
            ? name("namespace", reference.getNamespace())
            : name("scalerMetadata.namespace", namespace));
  }

  /**
   * Looks whether somebody else scales the ensemble.
   *
   * @param ensembles those that this operator serves
   * @throws StatusRuntimeException when there is none, or another mode
   */
  static void check(ResourceID id, Function<ResourceID, Optional<StudentEnsemble>> ensembles) {
    StudentEnsemble ensemble =
        ensembles
            .apply(id)
            .orElseThrow(
                () ->
                    Status.NOT_FOUND
                        .withDescription(
                            "scalerMetadata.ensemble is %s: this operator serves no StudentEnsemble of that name in namespace %s"
                                .formatted(id.getName(), id.getNamespace().orElse("")))
                        .asRuntimeException());
    ScalingMode mode = ensemble.getSpec().scaling().mode();
    if (mode != ScalingMode.EXTERNAL) {
      throw Status.FAILED_PRECONDITION
          .withDescription(
              "spec.scaling.mode of StudentEnsemble %s is %s; a scaler needs External"
                  .formatted(id.getName(), Json.word(mode)))
          .asRuntimeException();
    }
  }

  private static String name(String field, String value) {
    if (value.isEmpty()) {
      throw Status.INVALID_ARGUMENT.withDescription(field + " is not set").asRuntimeException();
    }
    if (!NAME.matcher(value).matches()) {
      throw Status.INVALID_ARGUMENT
          .withDescription(
              "%s is '%s'; allowed are names of at most 63 of a-z, 0-9 and - that begin and end with a letter or digit"
                  .formatted(field, value.substring(0, Math.min(SHOWN, value.length()))))
          .asRuntimeException();
    }
    return value;
  }
}
