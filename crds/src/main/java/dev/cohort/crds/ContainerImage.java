package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/**
 * Another image for a role than the one the operator was installed with.
 *
 * @param reference reference of the image; by digest, or by a tag that is never moved
 * @param pullPolicy when the image is pulled; what Kubernetes does by itself when left out
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ContainerImage(
    @JsonPropertyDescription("Reference of the image; by digest, or by a tag that is never moved.")
        @Required
        @Size(min = 1, max = 512)
        @Pattern(Formats.IMAGE)
        String reference,
    @JsonPropertyDescription(
            "When the image is pulled; what Kubernetes does by itself when left out.")
        PullPolicy pullPolicy) {}
