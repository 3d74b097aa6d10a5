package dev.cohort.benchmarks.faults;

import java.util.Optional;

/**
 * One call that has ended. Immutable.
 *
 * @param dueNanos when it was due, by {@link System#nanoTime}
 * @param nanos from then until its end
 * @param failure a status other than OK; empty when it was answered
 * @param degraded whether fewer students answered than were asked
 */
record Call(long dueNanos, long nanos, Optional<String> failure, boolean degraded) {}
