package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.Map;

/**
 * A PodMonitor for the Prometheus operator.
 *
 * @param enabled whether there is one; the cluster needs its definition
 * @param labels labels by which a Prometheus finds it
 */
@ValidationRule(
    value = "self.enabled || !has(self.labels)",
    message = "has no effect where enabled is false",
    fieldPath = ".labels")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record PodMonitorSpec(
    @JsonPropertyDescription("Whether there is one; the cluster needs its definition.")
        @Default("false")
        Boolean enabled,
    @JsonPropertyDescription("Labels by which a Prometheus finds it.") @Size(max = 32)
        Map<String, @Size(max = 63) @Pattern(Formats.LABEL_VALUE) String> labels) {
  /** Fills in what the API server would. */
  public PodMonitorSpec {
    enabled = enabled == null ? false : enabled;
    labels = labels == null ? Map.of() : Map.copyOf(labels);
  }
}
