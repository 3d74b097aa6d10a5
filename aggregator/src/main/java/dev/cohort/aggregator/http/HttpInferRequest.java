package dev.cohort.aggregator.http;

import dev.cohort.protocol.inference.ModelInferRequest;
import java.util.Map;

/**
 * A request as HTTP carries it, turned into the protocol's message, and how the answer is wanted.
 *
 * @param binaryOutputs outputs for which the request says whether they are sent as binary
 * @param binaryByDefault whether the others are
 */
record HttpInferRequest(
    ModelInferRequest message, Map<String, Boolean> binaryOutputs, boolean binaryByDefault) {
  HttpInferRequest {
    binaryOutputs = Map.copyOf(binaryOutputs);
  }

  boolean wantsBinary(String output) {
    return binaryOutputs.getOrDefault(output, binaryByDefault);
  }
}
