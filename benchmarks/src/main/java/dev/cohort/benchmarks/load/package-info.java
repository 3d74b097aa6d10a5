/** Sending requests and taking times. */
package dev.cohort.benchmarks.load;
