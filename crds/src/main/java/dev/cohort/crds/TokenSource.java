package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/**
 * The tokens that clients may use.
 *
 * @param secretName secret in the same namespace
 * @param key key of the Secret; its value has one line of name:sha256 for each token
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record TokenSource(
    @JsonPropertyDescription("Secret in the same namespace.")
        @Required
        @Size(min = 1, max = 253)
        @Pattern(Formats.SUBDOMAIN)
        String secretName,
    @JsonPropertyDescription(
            "Key of the Secret; its value has one line of name:sha256 for each token.")
        @Size(min = 1, max = 253)
        @Pattern(Formats.SECRET_KEY)
        @Default("tokens")
        String key) {
  /** Fills in what the API server would. */
  public TokenSource {
    key = key == null ? "tokens" : key;
  }
}
