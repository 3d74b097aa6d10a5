package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/**
 * A ResourceClaim or ResourceClaimTemplate in the same namespace.
 *
 * @param name name of the claim or the template
 * @param request the request of the claim that the seat uses; all of them when left out
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ResourceClaimReference(
    @JsonPropertyDescription("Name of the claim or the template.")
        @Required
        @Size(min = 1, max = 253)
        @Pattern(Formats.SUBDOMAIN)
        String name,
    @JsonPropertyDescription(
            "The request of the claim that the seat uses; all of them when left out.")
        @Size(min = 1, max = 63)
        @Pattern(Formats.LABEL)
        String request) {}
