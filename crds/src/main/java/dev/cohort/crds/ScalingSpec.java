package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * How many seats there are, and who decides it.
 *
 * @param mode auto: the operator decides. Advisory: it only says in status what it would do.
 *     External: the scale subresource decides. Off: replicas stays
 * @param minSeats fewest seats of all students together; one for each student when left out
 * @param maxSeats most seats of all students together; twice the fewest when left out
 * @param gpuBudget most devices of seats.accelerator that all seats together may take; no limit
 *     beside maxSeats when left out
 * @param targetUtilizationPercent use of the seats that scaling aims at
 * @param deadBandPercent how far use may be from the target, in points, before anything changes
 * @param windows how far back the decisions look, and how long they hold
 * @param steps most seats of one change
 * @param flapBudget how often the direction may change
 */
@ValidationRule(
    value = "!has(self.minSeats) || !has(self.maxSeats) || self.minSeats <= self.maxSeats",
    message = "is above maxSeats",
    messageExpression = "'%d is above maxSeats, %d'.format([self.minSeats, self.maxSeats])",
    fieldPath = ".minSeats")
@ValidationRule(
    value = "self.targetUtilizationPercent + self.deadBandPercent <= 100",
    message = "above targetUtilizationPercent is beyond 100",
    messageExpression =
        "'%d above targetUtilizationPercent, %d, is beyond 100'.format([self.deadBandPercent, self.targetUtilizationPercent])",
    fieldPath = ".deadBandPercent")
@ValidationRule(
    value = "self.deadBandPercent < self.targetUtilizationPercent",
    message = "must be below targetUtilizationPercent",
    messageExpression =
        "'%d must be below targetUtilizationPercent, %d'.format([self.deadBandPercent, self.targetUtilizationPercent])",
    fieldPath = ".deadBandPercent")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record ScalingSpec(
    @JsonPropertyDescription(
            "Auto: the operator decides. Advisory: it only says in status what it would do. External: the scale subresource decides. Off: replicas stays.")
        @Default("Auto")
        ScalingMode mode,
    @JsonPropertyDescription(
            "Fewest seats of all students together; one for each student when left out.")
        @Min(1)
        @Max(1024)
        Integer minSeats,
    @JsonPropertyDescription("Most seats of all students together; twice the fewest when left out.")
        @Min(1)
        @Max(1024)
        Integer maxSeats,
    @JsonPropertyDescription(
            "Most devices of seats.accelerator that all seats together may take; no limit beside maxSeats when left out.")
        @Min(1)
        @Max(16384)
        Integer gpuBudget,
    @JsonPropertyDescription("Use of the seats that scaling aims at.")
        @Min(10)
        @Max(95)
        @Default("70")
        Integer targetUtilizationPercent,
    @JsonPropertyDescription(
            "How far use may be from the target, in points, before anything changes.")
        @Min(0)
        @Max(50)
        @Default("10")
        Integer deadBandPercent,
    @JsonPropertyDescription("How far back the decisions look, and how long they hold.")
        @Default("{}")
        ScalingWindows windows,
    @JsonPropertyDescription("Most seats of one change.") @Default("{}") ScalingSteps steps,
    @JsonPropertyDescription("How often the direction may change.") @Default("{}")
        FlapBudget flapBudget) {
  /** Fills in what the API server would. */
  public ScalingSpec {
    mode = mode == null ? ScalingMode.AUTO : mode;
    targetUtilizationPercent = targetUtilizationPercent == null ? 70 : targetUtilizationPercent;
    deadBandPercent = deadBandPercent == null ? 10 : deadBandPercent;
    windows = windows == null ? new ScalingWindows(null, null, null, null) : windows;
    steps = steps == null ? new ScalingSteps(null, null) : steps;
    flapBudget = flapBudget == null ? new FlapBudget(null, null) : flapBudget;
  }
}
