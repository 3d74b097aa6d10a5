package dev.cohort.crds;

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
 * @param dwellSeconds shortest time between two changes downwards
 * @param parkSeconds dedicated: how long the last students must be unused before their seats are
 *     parked; never when left out
 */
@ValidationRule(
    value = "self.panicSeconds < self.stableSeconds",
    message = "must be below stableSeconds",
    messageExpression =
        "'%d must be below stableSeconds, %d'.format([self.panicSeconds, self.stableSeconds])",
    fieldPath = ".panicSeconds")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ScalingWindows(
    @JsonPropertyDescription("Window of a burst: seats are added on what it shows.")
        @Min(1)
        @Max(600)
        @Default("6")
        Integer panicSeconds,
    @JsonPropertyDescription("Window of the calm: seats are taken away on what it shows.")
        @Min(1)
        @Max(3600)
        @Default("60")
        Integer stableSeconds,
    @JsonPropertyDescription("Shortest time between two changes downwards.")
        @Min(0)
        @Max(3600)
        @Default("30")
        Integer dwellSeconds,
    @JsonPropertyDescription(
            "Dedicated: how long the last students must be unused before their seats are parked; never when left out.")
        @Min(1)
        @Max(86400)
        Integer parkSeconds) {
  /** Fills in what the API server would. */
  public ScalingWindows {
    panicSeconds = panicSeconds == null ? 6 : panicSeconds;
    stableSeconds = stableSeconds == null ? 60 : stableSeconds;
    dwellSeconds = dwellSeconds == null ? 30 : dwellSeconds;
  }
}
