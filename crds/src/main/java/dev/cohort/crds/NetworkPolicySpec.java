package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;

/**
 * Who may connect.
 *
 * @param enabled whether the operator makes network policies: seats are reached by their
 *     aggregators only
 * @param clientNamespaces namespaces whose pods may call the aggregators; everybody may when left
 *     out
 */
@ValidationRule(
    value = "self.enabled || !has(self.clientNamespaces)",
    message = "has no effect where enabled is false",
    fieldPath = ".clientNamespaces")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record NetworkPolicySpec(
    @JsonPropertyDescription(
            "Whether the operator makes network policies: seats are reached by their "
                + "aggregators only.")
        @Default("true")
        Boolean enabled,
    @JsonPropertyDescription(
            "Namespaces whose pods may call the aggregators; everybody may when left out.")
        @Size(max = 64)
        @ListKeys({})
        List<@Size(min = 1, max = 63) @Pattern(Formats.LABEL) String> clientNamespaces) {
  /** Fills in what the API server would. */
  public NetworkPolicySpec {
    enabled = enabled == null ? true : enabled;
    clientNamespaces = clientNamespaces == null ? List.of() : List.copyOf(clientNamespaces);
  }
}
