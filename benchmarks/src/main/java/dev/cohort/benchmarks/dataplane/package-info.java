/** Benches of the path of a request: aggregator, seats, batching and pruning. */
package dev.cohort.benchmarks.dataplane;
