package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;

/**
 * The package that serves, and the one that is being rolled out.
 *
 * @param name name of the package that serves: the model name that clients use
 * @param digest its digest
 * @param rollingOut digest of the package that is being rolled out
 * @param refused digest of the last package that was rolled back
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record PackageStatus(
    @JsonPropertyDescription("Name of the package that serves: the model name that clients use.")
        @Size(max = 253)
        String name,
    @JsonPropertyDescription("Its digest.") @Size(max = 128) @Pattern(Formats.DIGEST) String digest,
    @JsonPropertyDescription("Digest of the package that is being rolled out.")
        @Size(max = 128)
        @Pattern(Formats.DIGEST)
        String rollingOut,
    @JsonPropertyDescription("Digest of the last package that was rolled back.")
        @Size(max = 128)
        @Pattern(Formats.DIGEST)
        String refused) {}
