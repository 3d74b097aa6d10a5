package dev.cohort.crds;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.ValidationRule;

/**
 * What each aggregator refuses at once.
 *
 * @param messageBytes bytes of one request, decompressed
 * @param rows rows of one request
 * @param queueRequests requests that may wait for a seat
 * @param queueTokens their tokens
 * @param queueBytes their bytes
 * @param connections connections at a time, of gRPC and as many of HTTP
 * @param streams calls of one gRPC connection at a time
 */
@ValidationRule(
    value = "self.messageBytes <= self.queueBytes",
    message = "is above queueBytes",
    messageExpression = "'%d is above queueBytes, %d'.format([self.messageBytes, self.queueBytes])",
    fieldPath = ".messageBytes")
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@JsonIgnoreProperties(ignoreUnknown = true)
public record ServingLimits(
    @JsonPropertyDescription("Bytes of one request, decompressed.")
        @Min(1024)
        @Max(1073741824)
        @Default("8388608")
        Integer messageBytes,
    @JsonPropertyDescription("Rows of one request.") @Min(1) @Max(65536) @Default("256")
        Integer rows,
    @JsonPropertyDescription("Requests that may wait for a seat.")
        @Min(1)
        @Max(1048576)
        @Default("1024")
        Integer queueRequests,
    @JsonPropertyDescription("Their tokens.") @Min(1) @Max(1073741824) @Default("262144")
        Integer queueTokens,
    @JsonPropertyDescription("Their bytes.") @Min(1024) @Max(68719476736L) @Default("134217728")
        Long queueBytes,
    @JsonPropertyDescription("Connections at a time, of gRPC and as many of HTTP.")
        @Min(1)
        @Max(65536)
        @Default("1024")
        Integer connections,
    @JsonPropertyDescription("Calls of one gRPC connection at a time.")
        @Min(1)
        @Max(65536)
        @Default("1024")
        Integer streams) {
  /** Fills in what the API server would. */
  public ServingLimits {
    messageBytes = messageBytes == null ? 8_388_608 : messageBytes;
    rows = rows == null ? 256 : rows;
    queueRequests = queueRequests == null ? 1024 : queueRequests;
    queueTokens = queueTokens == null ? 262_144 : queueTokens;
    queueBytes = queueBytes == null ? 134_217_728L : queueBytes;
    connections = connections == null ? 1024 : connections;
    streams = streams == null ? 1024 : streams;
  }
}
