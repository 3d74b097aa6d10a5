package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * Devices that a node counts under a name.
 *
 * @param name name of the resource, such as nvidia.com/gpu, nvidia.com/gpu.shared or
 *     nvidia.com/mig-1g.10gb
 * @param count devices for each seat
 */
@ValidationRule(
    value =
        "!self.name.startsWith('kubernetes.io/') && " + "!self.name.contains('.kubernetes.io/')",
    message = "must not be of the domain kubernetes.io",
    fieldPath = ".name")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ExtendedResource(
    @JsonPropertyDescription(
            "Name of the resource, such as nvidia.com/gpu, nvidia.com/gpu.shared or "
                + "nvidia.com/mig-1g.10gb.")
        @Required
        @Size(min = 3, max = 253)
        @Pattern(Formats.EXTENDED_RESOURCE)
        String name,
    @JsonPropertyDescription("Devices for each seat.") @Min(1) @Max(16) @Default("1")
        Integer count) {
  /** Fills in what the API server would. */
  public ExtendedResource {
    count = count == null ? 1 : count;
  }
}
