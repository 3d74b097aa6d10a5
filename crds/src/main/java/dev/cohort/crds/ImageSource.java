package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/**
 * A folder of an OCI image: mounted as an image volume, or copied by an init container.
 *
 * @param reference reference of the image; by digest, or by a tag that is never moved
 * @param pullPolicy when the image is pulled; what Kubernetes does by itself when left out
 * @param path folder of the package in the image, relative to its root; the root when left out
 * @param mount how the folder comes into the pod. Auto: as an image volume where the cluster has
 *     them, else by a copy
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ImageSource(
    @JsonPropertyDescription("Reference of the image; by digest, or by a tag that is never moved.")
        @Required
        @Size(min = 1, max = 512)
        @Pattern(Formats.IMAGE)
        String reference,
    @JsonPropertyDescription(
            "When the image is pulled; what Kubernetes does by itself when left out.")
        PullPolicy pullPolicy,
    @JsonPropertyDescription(
            "Folder of the package in the image, relative to its root; the root when left "
                + "out.")
        @Size(min = 1, max = 512)
        @Pattern(Formats.RELATIVE_PATH)
        String path,
    @JsonPropertyDescription(
            "How the folder comes into the pod. Auto: as an image volume where the cluster "
                + "has them, else by a copy.")
        @Default("Auto")
        ImageMount mount) {
  /** Fills in what the API server would. */
  public ImageSource {
    mount = mount == null ? ImageMount.AUTO : mount;
  }
}
