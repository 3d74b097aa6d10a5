package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Size;

/**
 * Where clients reach the ensemble.
 *
 * @param grpc host and port of the Open Inference Protocol over gRPC
 * @param http host and port of the Open Inference Protocol over HTTP
 * @param tls whether clients need TLS
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record EndpointStatus(
    @JsonPropertyDescription("Host and port of the Open Inference Protocol over gRPC.")
        @Size(max = 300)
        String grpc,
    @JsonPropertyDescription("Host and port of the Open Inference Protocol over HTTP.")
        @Size(max = 300)
        String http,
    @JsonPropertyDescription("Whether clients need TLS.") Boolean tls) {}
