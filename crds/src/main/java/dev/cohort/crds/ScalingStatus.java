package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;

/**
 * A decision about the number of seats.
 *
 * @param desired seats of all students together that were decided on; in mode Advisory they are not
 *     applied
 * @param ready seats of all students together that are ready
 * @param reason why
 * @param time when it was decided
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ScalingStatus(
    @JsonPropertyDescription(
            "Seats of all students together that were decided on; in mode Advisory they "
                + "are not applied.")
        @Min(0)
        @Max(65536)
        Integer desired,
    @JsonPropertyDescription("Seats of all students together that are ready.") @Min(0) @Max(65536)
        Integer ready,
    @JsonPropertyDescription("Why.") @Size(max = 64) String reason,
    @JsonPropertyDescription("When it was decided.") @Size(max = 40) @Pattern(Formats.TIME)
        String time) {}
