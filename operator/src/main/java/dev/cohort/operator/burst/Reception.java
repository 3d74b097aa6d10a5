package dev.cohort.operator.burst;

import dev.cohort.protocol.burst.v1.ModelSignals;
import dev.cohort.protocol.burst.v1.WatchResponse;
import java.util.Optional;

/**
 * The last message of one aggregator.
 *
 * @param pod its name
 * @param message as it came
 * @param atNanos when, by the operator's monotonic clock
 */
public record Reception(String pod, WatchResponse message, long atNanos) {
  /** The model of the ensemble: an aggregator that the operator made serves one. */
  public Optional<ModelSignals> model() {
    return message.getModelsList().stream().findFirst();
  }
}
