package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;

/**
 * Users and groups of the processes of a pod; never root.
 *
 * @param runAsUser user of the processes
 * @param runAsGroup their group
 * @param fsGroup group that owns the volumes
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record PodUser(
    @JsonPropertyDescription("User of the processes.") @Min(1) @Max(2147483647) Long runAsUser,
    @JsonPropertyDescription("Their group.") @Min(1) @Max(2147483647) Long runAsGroup,
    @JsonPropertyDescription("Group that owns the volumes.") @Min(1) @Max(2147483647)
        Long fsGroup) {}
