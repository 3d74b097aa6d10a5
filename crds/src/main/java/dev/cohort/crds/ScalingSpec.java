package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * How many seats there are, and who decides it.
 *
 * @param mode auto: the operator decides. Advisory: as Off, and status says what Auto would do.
 *     External: the scale subresource decides. Off: replicas, within the bounds
 * @param minSeats fewest seats: of all students together in the regime Shared, of student 0 in
 *     Dedicated. When left out: one for each student in Shared, one in Dedicated
 * @param maxSeats most seats, counted as minSeats is; twice minSeats when left out
 * @param fallbackSeats fewest seats while the aggregators send no signals; minSeats when left out
 * @param gpuBudget most devices of seats.accelerator that all seats together may take; it comes
 *     before minSeats. No limit beside maxSeats when left out
 * @param targetUtilizationPercent use of the seats that scaling aims at; from 85 on no room is left
 *     to bring the last student back
 * @param deadBandPercent share of the seats by which the need may differ before anything changes
 * @param panicThresholdPercent need of the panic window, as a share of the seats, that counts as a
 *     burst by itself
 * @param windows how far back the decisions look, and how long they hold
 * @param steps most seats of one change
 * @param flapBudget how often the direction may change
 * @param parking how the last students give their devices to the first, in the regime Dedicated;
 *     its defaults hold when left out
 */
@ValidationRule(
    value = "!has(self.minSeats) || !has(self.maxSeats) || self.minSeats <= self.maxSeats",
    message = "is above maxSeats",
    messageExpression = "'%d is above maxSeats, %d'.format([self.minSeats, self.maxSeats])",
    fieldPath = ".minSeats")
@ValidationRule(
    value =
        "!has(self.fallbackSeats) || !has(self.maxSeats) || self.fallbackSeats <= "
            + "self.maxSeats",
    message = "is above maxSeats",
    messageExpression = "'%d is above maxSeats, %d'.format([self.fallbackSeats, self.maxSeats])",
    fieldPath = ".fallbackSeats")
@ValidationRule(
    value =
        "!has(self.fallbackSeats) || !has(self.minSeats) || self.fallbackSeats >= "
            + "self.minSeats",
    message = "is below minSeats",
    messageExpression = "'%d is below minSeats, %d'.format([self.fallbackSeats, self.minSeats])",
    fieldPath = ".fallbackSeats")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ScalingSpec(
    @JsonPropertyDescription(
            "Auto: the operator decides. Advisory: as Off, and status says what Auto would "
                + "do. External: the scale subresource decides. Off: replicas, within the bounds.")
        @Default("Auto")
        ScalingMode mode,
    @JsonPropertyDescription(
            "Fewest seats: of all students together in the regime Shared, of student 0 in "
                + "Dedicated. When left out: one for each student in Shared, one in Dedicated.")
        @Min(1)
        @Max(1024)
        Integer minSeats,
    @JsonPropertyDescription("Most seats, counted as minSeats is; twice minSeats when left out.")
        @Min(1)
        @Max(1024)
        Integer maxSeats,
    @JsonPropertyDescription(
            "Fewest seats while the aggregators send no signals; minSeats when left out.")
        @Min(1)
        @Max(1024)
        Integer fallbackSeats,
    @JsonPropertyDescription(
            "Most devices of seats.accelerator that all seats together may take; it comes "
                + "before minSeats. No limit beside maxSeats when left out.")
        @Min(1)
        @Max(16384)
        Integer gpuBudget,
    @JsonPropertyDescription(
            "Use of the seats that scaling aims at; from 85 on no room is left to bring "
                + "the last student back.")
        @Min(10)
        @Max(100)
        @Default("70")
        Integer targetUtilizationPercent,
    @JsonPropertyDescription(
            "Share of the seats by which the need may differ before anything changes.")
        @Min(0)
        @Max(99)
        @Default("10")
        Integer deadBandPercent,
    @JsonPropertyDescription(
            "Need of the panic window, as a share of the seats, that counts as a burst by "
                + "itself.")
        @Min(101)
        @Max(10000)
        @Default("200")
        Integer panicThresholdPercent,
    @JsonPropertyDescription("How far back the decisions look, and how long they hold.")
        @Default("{}")
        ScalingWindows windows,
    @JsonPropertyDescription("Most seats of one change.") @Default("{}") ScalingSteps steps,
    @JsonPropertyDescription("How often the direction may change.") @Default("{}")
        FlapBudget flapBudget,
    @JsonPropertyDescription(
            "How the last students give their devices to the first, in the regime "
                + "Dedicated; its defaults hold when left out.")
        ParkingSpec parking) {
  /** Fills in what the API server would. */
  public ScalingSpec {
    mode = mode == null ? ScalingMode.AUTO : mode;
    targetUtilizationPercent = targetUtilizationPercent == null ? 70 : targetUtilizationPercent;
    deadBandPercent = deadBandPercent == null ? 10 : deadBandPercent;
    panicThresholdPercent = panicThresholdPercent == null ? 200 : panicThresholdPercent;
    windows = windows == null ? new ScalingWindows(null, null, null, null) : windows;
    steps = steps == null ? new ScalingSteps(null, null) : steps;
    flapBudget = flapBudget == null ? new FlapBudget(null, null) : flapBudget;
  }
}
