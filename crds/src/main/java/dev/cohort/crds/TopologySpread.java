package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/**
 * How the pods of a role are spread over the nodes.
 *
 * @param topologyKey label of the nodes, such as topology.kubernetes.io/zone
 * @param maxSkew most pods by which two values of the label may differ
 * @param whenUnsatisfiable what happens to a pod that cannot be spread
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record TopologySpread(
    @JsonPropertyDescription("Label of the nodes, such as topology.kubernetes.io/zone.")
        @Required
        @Size(min = 1, max = 317)
        String topologyKey,
    @JsonPropertyDescription("Most pods by which two values of the label may differ.")
        @Min(1)
        @Max(64)
        @Default("1")
        Integer maxSkew,
    @JsonPropertyDescription("What happens to a pod that cannot be spread.")
        @Default("ScheduleAnyway")
        WhenUnsatisfiable whenUnsatisfiable) {
  /** Fills in what the API server would. */
  public TopologySpread {
    maxSkew = maxSkew == null ? 1 : maxSkew;
    whenUnsatisfiable =
        whenUnsatisfiable == null ? WhenUnsatisfiable.SCHEDULE_ANYWAY : whenUnsatisfiable;
  }
}
