package dev.cohort.aggregator.dispatch;

import java.util.Set;
import java.util.function.Consumer;

/**
 * Knows which seats belong to the fleet. A directory that cannot learn the members keeps the last
 * that it knew. Thread-safe; start once, close once.
 */
public interface SeatDirectory extends AutoCloseable {
  /**
   * Begins to look; returns at once.
   *
   * @param listener gets all members, first when they are known and then with each change; one call
   *     at a time, on any thread, and it must not block
   */
  void start(Consumer<Set<SeatMember>> listener);

  /** A seat was lost or is not reached, so the members may have changed. Returns at once. */
  void refresh();

  /** Ends the looking; the listener is not called any more. */
  @Override
  void close();
}
