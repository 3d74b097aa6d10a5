package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/**
 * The pods that clients talk to.
 *
 * @param replicas aggregators; with one, its restart is seen by clients
 * @param image another image than the one the operator was installed with
 * @param resources processor, memory and local storage; the operator's own defaults when left out
 * @param placement where the pods may run
 * @param pod what is added to the pods
 * @param service the Service in front of the aggregators
 * @param drainSeconds how long a stopping aggregator waits for requests in flight
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record AggregatorSpec(
    @JsonPropertyDescription("Aggregators; with one, its restart is seen by clients.")
        @Min(1)
        @Max(64)
        @Default("2")
        Integer replicas,
    @JsonPropertyDescription("Another image than the one the operator was installed with.")
        ContainerImage image,
    @JsonPropertyDescription(
            "Processor, memory and local storage; the operator's own defaults when left " + "out.")
        ContainerResources resources,
    @JsonPropertyDescription("Where the pods may run.") Placement placement,
    @JsonPropertyDescription("What is added to the pods.") PodOverrides pod,
    @JsonPropertyDescription("The Service in front of the aggregators.") @Default("{}")
        ServiceSpec service,
    @JsonPropertyDescription("How long a stopping aggregator waits for requests in flight.")
        @Min(1)
        @Max(600)
        @Default("20")
        Integer drainSeconds) {
  /** Fills in what the API server would. */
  public AggregatorSpec {
    replicas = replicas == null ? 2 : replicas;
    service = service == null ? new ServiceSpec(null, null, null) : service;
    drainSeconds = drainSeconds == null ? 20 : drainSeconds;
  }
}
