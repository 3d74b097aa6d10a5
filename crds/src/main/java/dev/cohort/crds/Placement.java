package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import io.fabric8.kubernetes.api.model.Affinity;
import java.util.List;
import java.util.Map;

/**
 * Where the pods of a role may run.
 *
 * @param nodeSelector labels that a node must have
 * @param affinity as in the pod specification of Kubernetes
 * @param tolerations taints of nodes that the pods accept
 * @param topologySpread how the pods of the role are spread; the operator adds the label selector
 * @param priorityClassName priority class of the pods
 * @param runtimeClassName runtime class of the pods
 * @param schedulerName scheduler of the pods; the default one when left out
 */
@ValidationRule(
    value =
        "!has(self.nodeSelector) || self.nodeSelector.all(key, "
            + "!format.qualifiedName().validate(key).hasValue())",
    message = "keys must be names of labels, such as pool or example.org/pool",
    fieldPath = ".nodeSelector")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record Placement(
    @JsonPropertyDescription("Labels that a node must have.") @Size(max = 16)
        Map<String, @Size(max = 63) @Pattern(Formats.LABEL_VALUE) String> nodeSelector,
    @JsonPropertyDescription("As in the pod specification of Kubernetes.") Affinity affinity,
    @JsonPropertyDescription("Taints of nodes that the pods accept.") @Size(max = 16)
        List<TolerationSpec> tolerations,
    @JsonPropertyDescription(
            "How the pods of the role are spread; the operator adds the label selector.")
        @Size(max = 8)
        @ListKeys({"topologyKey", "whenUnsatisfiable"})
        List<TopologySpread> topologySpread,
    @JsonPropertyDescription("Priority class of the pods.")
        @Size(min = 1, max = 253)
        @Pattern(Formats.SUBDOMAIN)
        String priorityClassName,
    @JsonPropertyDescription("Runtime class of the pods.")
        @Size(min = 1, max = 253)
        @Pattern(Formats.SUBDOMAIN)
        String runtimeClassName,
    @JsonPropertyDescription("Scheduler of the pods; the default one when left out.")
        @Size(min = 1, max = 253)
        @Pattern(Formats.SUBDOMAIN)
        String schedulerName) {
  /** Fills in what the API server would. */
  public Placement {
    nodeSelector = nodeSelector == null ? Map.of() : Map.copyOf(nodeSelector);
    tolerations = tolerations == null ? List.of() : List.copyOf(tolerations);
    topologySpread = topologySpread == null ? List.of() : List.copyOf(topologySpread);
  }
}
