package dev.cohort.aggregator.metrics;

/**
 * Where the time of one batch went, in nanoseconds.
 *
 * @param packNanos packing its rows, until the first seat had been given work
 * @param seatNanos from there until the last contribution was there
 * @param handOutNanos handing the contributions to the requests
 */
public record BatchTimes(long packNanos, long seatNanos, long handOutNanos) {}
