package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * What clients may expect, and may send.
 *
 * @param latencyTargetMillis predicted time to an answer, in milliseconds, beyond which students
 *     are dropped
 * @param timeoutSeconds time for a request that brings no deadline
 * @param batching when a batch leaves
 * @param batchingWindowMillis how long the oldest row waits for others when batching is Lazy; 5
 *     when left out
 * @param limits what is refused at once
 */
@ValidationRule(
    value = "self.batching == 'Lazy' || !has(self.batchingWindowMillis)",
    message = "goes with batching Lazy only",
    messageExpression = "'goes with batching Lazy only, not with ' + self.batching",
    fieldPath = ".batchingWindowMillis")
@ValidationRule(
    value =
        "!has(self.batchingWindowMillis) || self.batchingWindowMillis < "
            + "self.latencyTargetMillis",
    message = "must be below latencyTargetMillis",
    messageExpression =
        "'%d must be below latencyTargetMillis, %d'.format([self.batchingWindowMillis, "
            + "self.latencyTargetMillis])",
    fieldPath = ".batchingWindowMillis")
@ValidationRule(
    value = "self.latencyTargetMillis <= self.timeoutSeconds * 1000",
    message = "is above timeoutSeconds",
    messageExpression =
        "'%d ms is above timeoutSeconds, %d s'.format([self.latencyTargetMillis, "
            + "self.timeoutSeconds])",
    fieldPath = ".latencyTargetMillis")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ServingSpec(
    @JsonPropertyDescription(
            "Predicted time to an answer, in milliseconds, beyond which students are " + "dropped.")
        @Min(1)
        @Max(60000)
        @Default("50")
        Integer latencyTargetMillis,
    @JsonPropertyDescription("Time for a request that brings no deadline.")
        @Min(1)
        @Max(3600)
        @Default("30")
        Integer timeoutSeconds,
    @JsonPropertyDescription("When a batch leaves.") @Default("Hungry") Batching batching,
    @JsonPropertyDescription(
            "How long the oldest row waits for others when batching is Lazy; 5 when left " + "out.")
        @Min(1)
        @Max(60000)
        Integer batchingWindowMillis,
    @JsonPropertyDescription("What is refused at once.") @Default("{}") ServingLimits limits) {
  /** Fills in what the API server would. */
  public ServingSpec {
    latencyTargetMillis = latencyTargetMillis == null ? 50 : latencyTargetMillis;
    timeoutSeconds = timeoutSeconds == null ? 30 : timeoutSeconds;
    batching = batching == null ? Batching.HUNGRY : batching;
    limits = limits == null ? new ServingLimits(null, null, null, null, null, null, null) : limits;
  }
}
