package dev.cohort.operator.burst;

import dev.cohort.protocol.burst.v1.ModelSignals;
import java.util.Optional;

/**
 * What of a message is worth a decision at once; the rest is looked at once a second anyway.
 *
 * @param aggregator its id
 * @param digest of the package
 * @param ready an answer is possible
 * @param burst students are dropped, or would have to be
 * @param prefix students in use
 * @param most students that may be in use
 */
record Gist(String aggregator, String digest, boolean ready, boolean burst, int prefix, int most) {
  static Gist of(Reception reception) {
    Optional<ModelSignals> model = reception.model();
    return new Gist(
        reception.message().getAggregatorId(),
        model.map(ModelSignals::getPackageDigest).orElse(""),
        model.map(ModelSignals::getReady).orElse(false),
        model.map(ModelSignals::getBurst).orElse(false),
        model.map(ModelSignals::getPrefix).orElse(0),
        model.map(ModelSignals::getPrefixMax).orElse(0));
  }
}
