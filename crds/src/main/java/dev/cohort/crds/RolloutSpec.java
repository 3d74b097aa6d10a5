package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/**
 * How a change of package or image comes into effect.
 *
 * @param timeoutSeconds time for the new seats to be ready; after it the change is rolled back
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record RolloutSpec(
    @JsonPropertyDescription(
            "Time for the new seats to be ready; after it the change is rolled back.")
        @Min(30)
        @Max(7200)
        @Default("600")
        Integer timeoutSeconds) {
  /** Fills in what the API server would. */
  public RolloutSpec {
    timeoutSeconds = timeoutSeconds == null ? 600 : timeoutSeconds;
  }
}
