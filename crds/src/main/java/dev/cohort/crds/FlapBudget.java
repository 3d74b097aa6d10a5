package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/**
 * How often scaling may change its direction.
 *
 * @param changes changes of direction in one window
 * @param windowSeconds the window
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record FlapBudget(
    @JsonPropertyDescription("Changes of direction in one window.") @Min(2) @Max(100) @Default("2")
        Integer changes,
    @JsonPropertyDescription("The window.") @Min(1) @Max(86400) @Default("300")
        Integer windowSeconds) {
  /** Fills in what the API server would. */
  public FlapBudget {
    changes = changes == null ? 2 : changes;
    windowSeconds = windowSeconds == null ? 300 : windowSeconds;
  }
}
