package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Size;

/**
 * How many students answer.
 *
 * @param current students in use; of several aggregators the fewest
 * @param minimum fewest that may be in use
 * @param maximum most that may be in use
 * @param floor smallest prefix within the quality floor of the package
 * @param total students of the package
 * @param summary students in use and of the package, as in 3/4
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record PrefixStatus(
    @JsonPropertyDescription("Students in use; of several aggregators the fewest.") @Min(0) @Max(64)
        Integer current,
    @JsonPropertyDescription("Fewest that may be in use.") @Min(0) @Max(64) Integer minimum,
    @JsonPropertyDescription("Most that may be in use.") @Min(0) @Max(64) Integer maximum,
    @JsonPropertyDescription("Smallest prefix within the quality floor of the package.")
        @Min(0)
        @Max(64)
        Integer floor,
    @JsonPropertyDescription("Students of the package.") @Min(0) @Max(64) Integer total,
    @JsonPropertyDescription("Students in use and of the package, as in 3/4.") @Size(max = 16)
        String summary) {}
