package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * TLS and tokens; what is left out is not used.
 *
 * @param clientTls certificate that the aggregators show to clients
 * @param clientAuthority secret with ca.crt: clients need a certificate that it signed
 * @param clientTokens clients need one of these tokens
 * @param seatTls mutual TLS between aggregators and seats
 */
@ValidationRule(
    value = "!has(self.clientAuthority) || has(self.clientTls)",
    message = "needs clientTls",
    fieldPath = ".clientAuthority")
@ValidationRule(
    value = "!has(self.clientTokens) || has(self.clientTls)",
    message = "needs clientTls, else tokens would travel in the clear",
    fieldPath = ".clientTokens")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record SecuritySpec(
    @JsonPropertyDescription("Certificate that the aggregators show to clients.")
        CertificateSource clientTls,
    @JsonPropertyDescription("Secret with ca.crt: clients need a certificate that it signed.")
        SecretReference clientAuthority,
    @JsonPropertyDescription("Clients need one of these tokens.") TokenSource clientTokens,
    @JsonPropertyDescription("Mutual TLS between aggregators and seats.") SeatSecurity seatTls) {}
