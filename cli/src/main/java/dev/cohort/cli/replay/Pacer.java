package dev.cohort.cli.replay;

import java.util.concurrent.locks.LockSupport;

/** The monotonic clock of a replay, and waiting on it. */
public interface Pacer {
  /** The clock of this machine; waits without using the processor. Thread-safe. */
  Pacer SYSTEM =
      new Pacer() {
        @Override
        public long nanos() {
          return System.nanoTime();
        }

        @Override
        public void await(long time) {
          LockSupport.parkNanos(time - System.nanoTime());
        }
      };

  /** Now, in nanoseconds of no particular origin. */
  long nanos();

  /** Returns at this time, or earlier for no reason. */
  void await(long time);
}
