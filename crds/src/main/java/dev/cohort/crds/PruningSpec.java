package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;
import java.math.BigDecimal;

/**
 * How many students answer in a burst.
 *
 * @param minStudents fewest students that may answer; the package's floor prefix where that is more
 * @param maxStudents most students that are asked; all when left out. Equal to minStudents it pins
 *     the prefix
 * @param qualityFloor points of the package's metric on its dev split that pruning may give up
 * @param quietMillis how long it must be calm, in milliseconds, before one student comes back
 */
@ValidationRule(
    value = "!has(self.maxStudents) || self.minStudents <= self.maxStudents",
    message = "is above maxStudents",
    messageExpression =
        "'%d is above maxStudents, %d'.format([self.minStudents, self.maxStudents])",
    fieldPath = ".minStudents")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record PruningSpec(
    @JsonPropertyDescription(
            "Fewest students that may answer; the package's floor prefix where that is " + "more.")
        @Min(1)
        @Max(64)
        @Default("1")
        Integer minStudents,
    @JsonPropertyDescription(
            "Most students that are asked; all when left out. Equal to minStudents it pins "
                + "the prefix.")
        @Min(1)
        @Max(64)
        Integer maxStudents,
    @JsonPropertyDescription(
            "Points of the package's metric on its dev split that pruning may give up.")
        @Min(0)
        @Max(100)
        @Default("1")
        BigDecimal qualityFloor,
    @JsonPropertyDescription(
            "How long it must be calm, in milliseconds, before one student comes back.")
        @Min(1)
        @Max(600000)
        @Default("500")
        Integer quietMillis) {
  /** Fills in what the API server would. */
  public PruningSpec {
    minStudents = minStudents == null ? 1 : minStudents;
    qualityFloor = qualityFloor == null ? BigDecimal.ONE : qualityFloor;
    quietMillis = quietMillis == null ? 500 : quietMillis;
  }
}
