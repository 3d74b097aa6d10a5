package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/**
 * The pods that hold students.
 *
 * @param image another image than the one the operator was installed with; the GPU devices need it
 * @param resources processor, memory and local storage; the operator's own defaults when left out
 * @param accelerator what one seat takes of a GPU; needed with device CUDA and TensorRT
 * @param placement where the pods may run
 * @param pod what is added to the pods
 * @param drainSeconds how long a stopping seat waits for the batches it accepted
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record SeatSpec(
    @JsonPropertyDescription(
            "Another image than the one the operator was installed with; the GPU devices "
                + "need it.")
        ContainerImage image,
    @JsonPropertyDescription(
            "Processor, memory and local storage; the operator's own defaults when left " + "out.")
        ContainerResources resources,
    @JsonPropertyDescription("What one seat takes of a GPU; needed with device CUDA and TensorRT.")
        Accelerator accelerator,
    @JsonPropertyDescription("Where the pods may run.") Placement placement,
    @JsonPropertyDescription("What is added to the pods.") PodOverrides pod,
    @JsonPropertyDescription("How long a stopping seat waits for the batches it accepted.")
        @Min(1)
        @Max(600)
        @Default("20")
        Integer drainSeconds) {
  /** Fills in what the API server would. */
  public SeatSpec {
    drainSeconds = drainSeconds == null ? 20 : drainSeconds;
  }
}
