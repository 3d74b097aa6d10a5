/**
 * How one revision of an ensemble takes the place of another, as pure functions of what is seen.
 */
package dev.cohort.policy.rollout;
