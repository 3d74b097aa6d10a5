package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * What one seat takes of a GPU; exactly one of the three.
 *
 * @param extendedResource devices that the node counts: whole GPUs, MIG slices, or shares of
 *     time-slicing and MPS
 * @param resourceClaim one claim (DRA) that all seats share
 * @param resourceClaimTemplate a template (DRA) from which each seat gets a claim of its own
 */
@ValidationRule(
    value =
        "[has(self.extendedResource), has(self.resourceClaim), "
            + "has(self.resourceClaimTemplate)].exists_one(given, given)",
    message = "exactly one of extendedResource, resourceClaim and resourceClaimTemplate")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Accelerator(
    @JsonPropertyDescription(
            "Devices that the node counts: whole GPUs, MIG slices, or shares of "
                + "time-slicing and MPS.")
        ExtendedResource extendedResource,
    @JsonPropertyDescription("One claim (DRA) that all seats share.")
        ResourceClaimReference resourceClaim,
    @JsonPropertyDescription("A template (DRA) from which each seat gets a claim of its own.")
        ResourceClaimReference resourceClaimTemplate) {}
