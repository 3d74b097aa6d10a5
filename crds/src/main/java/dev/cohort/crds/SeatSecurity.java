package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;

/**
 * Mutual TLS between aggregators and seats.
 *
 * @param seats certificate of the seats
 * @param aggregators certificate that the aggregators show to the seats
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record SeatSecurity(
    @JsonPropertyDescription("Certificate of the seats.") @Required CertificateSource seats,
    @JsonPropertyDescription("Certificate that the aggregators show to the seats.") @Required
        CertificateSource aggregators) {}
