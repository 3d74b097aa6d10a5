package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Required;

/**
 * The home seats of one student.
 *
 * @param index which student, from 0
 * @param state what its seats do
 * @param desired seats that there should be
 * @param ready seats that are ready
 * @param parked seats that parking took away
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record StudentStatus(
    @JsonPropertyDescription("Which student, from 0.") @Required @Min(0) @Max(63) Integer index,
    @JsonPropertyDescription("What its seats do.") StudentState state,
    @JsonPropertyDescription("Seats that there should be.") @Min(0) @Max(1024) Integer desired,
    @JsonPropertyDescription("Seats that are ready.") @Min(0) @Max(65536) Integer ready,
    @JsonPropertyDescription("Seats that parking took away.") @Min(0) @Max(1024) Integer parked) {}
