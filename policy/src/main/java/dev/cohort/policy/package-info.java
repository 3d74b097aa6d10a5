/**
 * Decisions of the data plane as pure functions of (state, now): which rows form the next batch,
 * how many students answer them, which seats run them, and which requests are refused.
 *
 * <p>Nothing here reads a clock, starts a thread or touches the network. Times are {@code long}
 * nanoseconds of one monotonic clock that the caller reads; predicted engine times are {@code
 * double} microseconds.
 */
package dev.cohort.policy;
