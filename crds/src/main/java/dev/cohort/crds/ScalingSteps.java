package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/**
 * Most seats of one change.
 *
 * @param up most seats added at once
 * @param down most seats taken away at once
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ScalingSteps(
    @JsonPropertyDescription("Most seats added at once.") @Min(1) @Max(1024) @Default("8")
        Integer up,
    @JsonPropertyDescription("Most seats taken away at once.") @Min(1) @Max(1024) @Default("2")
        Integer down) {
  /** Fills in what the API server would. */
  public ScalingSteps {
    up = up == null ? 8 : up;
    down = down == null ? 2 : down;
  }
}
