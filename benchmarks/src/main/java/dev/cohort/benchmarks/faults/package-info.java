/** What broken seats, odd requests and long hours cost: failed requests, latency, memory. */
package dev.cohort.benchmarks.faults;
