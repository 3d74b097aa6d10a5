package dev.cohort.aggregator.grpc;

/**
 * What clients may open.
 *
 * @param connections at a time; further ones are closed as soon as they are made
 * @param streams calls of one connection at a time; further ones wait at the client
 */
public record ConnectionLimits(int connections, int streams) {
  /** Rejects what would let nobody in. */
  public ConnectionLimits {
    if (connections < 1 || streams < 1) {
      throw new IllegalArgumentException(
          "limits must be at least 1: connections %d, streams %d".formatted(connections, streams));
    }
  }
}
