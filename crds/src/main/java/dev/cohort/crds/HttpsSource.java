package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.kubernetes.api.model.Quantity;

/**
 * An archive that an init container fetches, compares with its digest and unpacks.
 *
 * @param url address of a tar archive, plain or compressed with gzip; without user name, password
 *     or fragment
 * @param sha256 SHA-256 of the archive: 64 hexadecimal digits, lower case
 * @param sizeLimit most space that the unpacked package may take on the node
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record HttpsSource(
    @JsonPropertyDescription(
            "Address of a tar archive, plain or compressed with gzip; without user name, "
                + "password or fragment.")
        @Required
        @Size(min = 9, max = 2048)
        @Pattern(Formats.HTTPS)
        String url,
    @JsonPropertyDescription("SHA-256 of the archive: 64 hexadecimal digits, lower case.")
        @Required
        @Size(min = 64, max = 64)
        @Pattern(Formats.SHA256)
        String sha256,
    @JsonPropertyDescription("Most space that the unpacked package may take on the node.")
        @Default("2Gi")
        Quantity sizeLimit) {
  /** Fills in what the API server would. */
  public HttpsSource {
    sizeLimit = sizeLimit == null ? new Quantity("2Gi") : sizeLimit;
  }
}
