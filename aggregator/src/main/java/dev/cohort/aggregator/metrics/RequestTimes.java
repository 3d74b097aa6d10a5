package dev.cohort.aggregator.metrics;

/**
 * Where the time of one answered request went, in nanoseconds. What is missing to the whole was
 * spent between the stages.
 *
 * @param inputNanos reading the request and turning its texts into tokens
 * @param queueNanos from admission until its last row was sent to seats, without the tokenising
 * @param inferNanos from there until the last contribution was there
 * @param outputNanos summing, activating and writing the answer
 */
public record RequestTimes(long inputNanos, long queueNanos, long inferNanos, long outputNanos) {}
