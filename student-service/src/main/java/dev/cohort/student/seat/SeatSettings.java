package dev.cohort.student.seat;

import dev.cohort.student.engine.EngineSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * What a seat is told at its start.
 *
 * @param packageFolder the package to serve
 * @param holdings which students to load
 * @param host address to listen on
 * @param port to listen on; 0 takes a free one
 * @param lanes engine threads
 * @param engine how batches run
 * @param precision in which arithmetic
 * @param maxRows rows of a batch
 * @param maxTokens tokens of all rows of a batch together
 * @param maxRowTokens tokens of one row; the package's own limit holds too
 * @param credits batches that all streams together may have here; every stream has at least one
 * @param maxStreams streams open at a time
 * @param maxQueueTime how long a batch without a deadline may wait
 * @param drainTimeout how long a stopping seat waits for the batches it accepted
 * @param costCache folder in which seats keep what batches cost
 */
public record SeatSettings(
    Path packageFolder,
    Holdings holdings,
    String host,
    int port,
    int lanes,
    EngineSettings engine,
    PrecisionSettings precision,
    int maxRows,
    int maxTokens,
    int maxRowTokens,
    int credits,
    int maxStreams,
    Duration maxQueueTime,
    Duration drainTimeout,
    Optional<Path> costCache) {

  /**
   * @throws IllegalArgumentException naming the key, the value and what is allowed
   */
  public SeatSettings {
    require("cohort.port", port, 0, 65_535);
    require("cohort.lanes", lanes, 1, 256);
    require("cohort.max-rows", maxRows, 1, 65_536);
    require("cohort.max-tokens", maxTokens, 1, 1 << 20);
    require("cohort.max-row-tokens", maxRowTokens, 1, maxTokens);
    require("cohort.credits", credits, 1, 4096);
    require("cohort.max-streams", maxStreams, 1, 4096);
    require("cohort.max-queue-time", maxQueueTime);
    require("cohort.drain-timeout", drainTimeout);
  }

  static void require(String key, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          "%s is %d; allowed are %d to %d".formatted(key, value, least, most));
    }
  }

  private static void require(String key, Duration value) {
    if (!value.isPositive() || value.compareTo(Duration.ofHours(1)) > 0) {
      throw new IllegalArgumentException(
          "%s is %s; allowed are durations above 0 up to 1 hour".formatted(key, value));
    }
  }
}
