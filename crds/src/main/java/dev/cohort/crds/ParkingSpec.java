package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/**
 * How the last students give their devices to the first ones when the GPU budget is short;
 * pruning.minStudents are never parked.
 *
 * @param enabled whether students are parked
 * @param afterSeconds how long devices must be short before students are parked
 * @param returnSeconds how long there must be room before a student comes back
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ParkingSpec(
    @JsonPropertyDescription("Whether students are parked.") @Default("true") Boolean enabled,
    @JsonPropertyDescription("How long devices must be short before students are parked.")
        @Min(0)
        @Max(86400)
        @Default("6")
        Integer afterSeconds,
    @JsonPropertyDescription("How long there must be room before a student comes back.")
        @Min(0)
        @Max(86400)
        @Default("60")
        Integer returnSeconds) {
  /** Fills in what the API server would. */
  public ParkingSpec {
    enabled = enabled == null ? true : enabled;
    afterSeconds = afterSeconds == null ? 6 : afterSeconds;
    returnSeconds = returnSeconds == null ? 60 : returnSeconds;
  }
}
