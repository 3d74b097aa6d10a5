package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/**
 * A folder of a persistent volume claim, mounted read-only.
 *
 * @param claimName name of the claim, in the same namespace
 * @param path folder of the package in the volume, relative to its root; the root when left out
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record VolumeSource(
    @JsonPropertyDescription("Name of the claim, in the same namespace.")
        @Required
        @Size(min = 1, max = 253)
        @Pattern(Formats.SUBDOMAIN)
        String claimName,
    @JsonPropertyDescription(
            "Folder of the package in the volume, relative to its root; the root when left "
                + "out.")
        @Size(min = 1, max = 512)
        @Pattern(Formats.RELATIVE_PATH)
        String path) {}
