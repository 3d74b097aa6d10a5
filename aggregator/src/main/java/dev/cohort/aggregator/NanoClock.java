package dev.cohort.aggregator;

/**
 * Elapsed time in nanoseconds, with an arbitrary origin: for differences and deadlines inside one
 * process only, never a time of day. Implementations are thread-safe.
 */
@FunctionalInterface
public interface NanoClock {
  /** The process's own clock. */
  NanoClock SYSTEM = System::nanoTime;

  /** Nanoseconds since the origin; may be negative, compare by difference. */
  long nanoTime();
}
