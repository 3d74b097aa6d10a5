/**
 * Decisions about capacity as pure functions of (state, now): how many seats an ensemble has, how
 * they are spread over its students, and which students are parked.
 *
 * <p>Nothing here reads a clock, starts a thread or touches the network. Times are {@code long}
 * nanoseconds of one monotonic clock that the caller reads. The caller keeps the state, which is an
 * immutable value, and passes it to the next decision. All types are thread-safe.
 *
 * <p>Load is measured in <em>student-microseconds per second</em>: the engine time that the offered
 * rows would take if all students answered them. A seat with one lane has 1,000,000 of them.
 */
package dev.cohort.policy.scaling;
