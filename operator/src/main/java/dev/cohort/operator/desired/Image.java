package dev.cohort.operator.desired;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.cohort.crds.ContainerImage;
import java.util.Optional;

/**
 * An image and when it is pulled.
 *
 * @param reference of the image
 * @param pullPolicy as Kubernetes calls it; none for its own default
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Image(String reference, String pullPolicy) {
  /** What a spec says, or the operator's own image. */
  static Image of(ContainerImage image, Image otherwise) {
    return Optional.ofNullable(image)
        .map(given -> new Image(given.reference(), Json.word(given.pullPolicy())))
        .orElse(otherwise);
  }
}
