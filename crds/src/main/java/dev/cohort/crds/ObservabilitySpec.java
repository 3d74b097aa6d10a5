package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;

/**
 * Metrics and traces.
 *
 * @param podMonitor A PodMonitor for the Prometheus operator
 * @param tracing where traces go; nowhere when left out
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ObservabilitySpec(
    @JsonPropertyDescription("A PodMonitor for the Prometheus operator.") @Default("{}")
        PodMonitorSpec podMonitor,
    @JsonPropertyDescription("Where traces go; nowhere when left out.") TracingSpec tracing) {
  /** Fills in what the API server would. */
  public ObservabilitySpec {
    podMonitor = podMonitor == null ? new PodMonitorSpec(null, null) : podMonitor;
  }
}
