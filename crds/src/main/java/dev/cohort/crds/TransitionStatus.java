package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;

/**
 * A change of prefix, seats or package.
 *
 * @param kind what changed: Prefix, Seats or Package
 * @param from what was before
 * @param to what came
 * @param reason why
 * @param time when
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record TransitionStatus(
    @JsonPropertyDescription("What changed: Prefix, Seats or Package.") @Size(max = 32) String kind,
    @JsonPropertyDescription("What was before.") @Size(max = 128) String from,
    @JsonPropertyDescription("What came.") @Size(max = 128) String to,
    @JsonPropertyDescription("Why.") @Size(max = 64) String reason,
    @JsonPropertyDescription("When.") @Size(max = 40) @Pattern(Formats.TIME) String time) {}
