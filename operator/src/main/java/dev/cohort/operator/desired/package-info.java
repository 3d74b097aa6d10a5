/**
 * The objects that an ensemble is made of, as pure functions of its spec and of what was decided.
 * Nothing here reads a clock or talks to a server. All types are immutable and thread-safe.
 */
package dev.cohort.operator.desired;
