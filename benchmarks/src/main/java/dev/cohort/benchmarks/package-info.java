/** Measurements that people run by hand; {@code benchmarks/run.sh} starts them. */
package dev.cohort.benchmarks;
