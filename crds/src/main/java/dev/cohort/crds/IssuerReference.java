package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;

/**
 * An issuer of cert-manager.
 *
 * @param name name of the issuer
 * @param kind issuer, in the same namespace, or ClusterIssuer
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record IssuerReference(
    @JsonPropertyDescription("Name of the issuer.")
        @Required
        @Size(min = 1, max = 253)
        @Pattern(Formats.SUBDOMAIN)
        String name,
    @JsonPropertyDescription("Issuer, in the same namespace, or ClusterIssuer.") @Default("Issuer")
        IssuerKind kind) {
  /** Fills in what the API server would. */
  public IssuerReference {
    kind = kind == null ? IssuerKind.ISSUER : kind;
  }
}
