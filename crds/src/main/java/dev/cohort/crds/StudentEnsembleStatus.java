package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.model.annotation.LabelSelector;
import io.fabric8.kubernetes.model.annotation.StatusReplicas;
import java.util.List;

/**
 * What the ensemble is; written by the operator only.
 *
 * @param observedGeneration generation of the resource that this status is about
 * @param conditions what holds at present
 * @param prefix how many students answer
 * @param students the seats of each student
 * @param packages the package that serves, and the one that is being rolled out
 * @param scaling the last decision about the number of seats
 * @param lastTransition the last change of prefix, seats or package
 * @param endpoint where clients reach the ensemble
 * @param replicas seats that there are: all of them in the regime Shared, those of student 0 in
 *     Dedicated
 * @param selector label selector of the pods that replicas counts
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record StudentEnsembleStatus(
    @JsonPropertyDescription("Generation of the resource that this status is about.")
        Long observedGeneration,
    @JsonPropertyDescription("What holds at present.") @Size(max = 16) @ListKeys("type")
        List<Condition> conditions,
    @JsonPropertyDescription("How many students answer.") PrefixStatus prefix,
    @JsonPropertyDescription("The seats of each student.") @Size(max = 64) @ListKeys("index")
        List<StudentStatus> students,
    @JsonPropertyDescription("The package that serves, and the one that is being rolled out.")
        @JsonProperty("package")
        PackageStatus packages,
    @JsonPropertyDescription("The last decision about the number of seats.") ScalingStatus scaling,
    @JsonPropertyDescription("The last change of prefix, seats or package.")
        TransitionStatus lastTransition,
    @JsonPropertyDescription("Where clients reach the ensemble.") EndpointStatus endpoint,
    @JsonPropertyDescription(
            "Seats that there are: all of them in the regime Shared, those of student 0 in "
                + "Dedicated.")
        @StatusReplicas
        @Min(0)
        @Max(65536)
        Integer replicas,
    @JsonPropertyDescription("Label selector of the pods that replicas counts.")
        @LabelSelector
        @Size(max = 1024)
        String selector) {
  /** Fills in what the API server would. */
  public StudentEnsembleStatus {
    conditions = conditions == null ? List.of() : List.copyOf(conditions);
    students = students == null ? List.of() : List.copyOf(students);
  }
}
