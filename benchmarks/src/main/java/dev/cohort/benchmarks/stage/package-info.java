/** Seats and aggregators as processes of this machine, as {@code cohort serve} starts them. */
package dev.cohort.benchmarks.stage;
