package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * How far back scaling looks, and how long it holds a decision.
 *
 * @param panicSeconds window of a burst: seats are added on what it shows
 * @param stableSeconds window of the calm: seats are taken away on what it shows
 * @param dwellUpSeconds shortest time between two changes that add seats
 * @param dwellDownSeconds shortest time from any change to one that takes seats away
 */
@ValidationRule(
    value = "self.panicSeconds <= self.stableSeconds",
    message = "is above stableSeconds",
    messageExpression =
        "'%d is above stableSeconds, %d'.format([self.panicSeconds, " + "self.stableSeconds])",
    fieldPath = ".panicSeconds")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ScalingWindows(
    @JsonPropertyDescription("Window of a burst: seats are added on what it shows.")
        @Min(1)
        @Max(3600)
        @Default("6")
        Integer panicSeconds,
    @JsonPropertyDescription("Window of the calm: seats are taken away on what it shows.")
        @Min(1)
        @Max(3600)
        @Default("60")
        Integer stableSeconds,
    @JsonPropertyDescription("Shortest time between two changes that add seats.")
        @Min(0)
        @Max(3600)
        @Default("1")
        Integer dwellUpSeconds,
    @JsonPropertyDescription("Shortest time from any change to one that takes seats away.")
        @Min(0)
        @Max(3600)
        @Default("30")
        Integer dwellDownSeconds) {
  /** Fills in what the API server would. */
  public ScalingWindows {
    panicSeconds = panicSeconds == null ? 6 : panicSeconds;
    stableSeconds = stableSeconds == null ? 60 : stableSeconds;
    dwellUpSeconds = dwellUpSeconds == null ? 1 : dwellUpSeconds;
    dwellDownSeconds = dwellDownSeconds == null ? 30 : dwellDownSeconds;
  }
}
