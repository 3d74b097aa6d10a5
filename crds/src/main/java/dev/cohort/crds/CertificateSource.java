package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * Where a certificate comes from; exactly one of the two.
 *
 * @param secretName secret with tls.crt, tls.key and ca.crt, in the same namespace
 * @param issuer issuer of cert-manager that the operator asks for the certificate
 */
@ValidationRule(
    value = "has(self.secretName) != has(self.issuer)",
    message = "exactly one of secretName and issuer")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record CertificateSource(
    @JsonPropertyDescription("Secret with tls.crt, tls.key and ca.crt, in the same namespace.")
        @Size(min = 1, max = 253)
        @Pattern(Formats.SUBDOMAIN)
        String secretName,
    @JsonPropertyDescription("Issuer of cert-manager that the operator asks for the certificate.")
        IssuerReference issuer) {}
