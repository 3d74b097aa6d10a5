package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Quantity;
import java.util.Map;

/**
 * Processor, memory and local storage of a role's container.
 *
 * @param requests what is kept free for the container
 * @param limits what the container may take at most
 */
@ValidationRule(
    value =
        "!has(self.requests) || self.requests.all(name, name in ['cpu', 'memory', "
            + "'ephemeral-storage'])",
    message =
        "may name cpu, memory and ephemeral-storage; devices belong into " + "seats.accelerator",
    fieldPath = ".requests")
@ValidationRule(
    value =
        "!has(self.limits) || self.limits.all(name, name in ['cpu', 'memory', "
            + "'ephemeral-storage'])",
    message =
        "may name cpu, memory and ephemeral-storage; devices belong into " + "seats.accelerator",
    fieldPath = ".limits")
@ValidationRule(
    value =
        "!has(self.requests) || !has(self.limits) || self.requests.all(name, !(name in "
            + "self.limits) || "
            + "quantity(string(self.requests[name]))"
            + ".compareTo(quantity(string(self.limits[name]))) "
            + "<= 0)",
    message = "no request may be above its limit",
    fieldPath = ".requests")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ContainerResources(
    @JsonPropertyDescription("What is kept free for the container.") @Size(max = 3)
        Map<String, Quantity> requests,
    @JsonPropertyDescription("What the container may take at most.") @Size(max = 3)
        Map<String, Quantity> limits) {
  /** Fills in what the API server would. */
  public ContainerResources {
    requests = requests == null ? Map.of() : Map.copyOf(requests);
    limits = limits == null ? Map.of() : Map.copyOf(limits);
  }
}
