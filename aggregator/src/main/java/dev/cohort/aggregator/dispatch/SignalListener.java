package dev.cohort.aggregator.dispatch;

import dev.cohort.protocol.burst.v1.WatchResponse;

/** Takes burst signals. */
@FunctionalInterface
public interface SignalListener {
  /** The state now. Runs on the dispatch thread; must not block or throw. */
  void signals(WatchResponse state);
}
