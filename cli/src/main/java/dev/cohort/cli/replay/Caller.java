package dev.cohort.cli.replay;

import java.time.Duration;

/** Asks a server without waiting. Thread-safe. */
public interface Caller {
  /** Gets exactly one of the two for each call, on any thread; must not block. */
  interface Listener {
    /** The server answered. */
    void answered(Reply reply);

    /** It did not, for this reason: a gRPC status code, or {@code BAD_ANSWER}. */
    void refused(String code);
  }

  /**
   * Sends one row and returns at once.
   *
   * @param row index of the text
   * @param timeout the call fails after this
   */
  void call(int row, Duration timeout, Listener listener);
}
