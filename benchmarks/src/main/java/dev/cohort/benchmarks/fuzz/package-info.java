/** Requests that are wrong in every way, and what each of them has to be answered with. */
package dev.cohort.benchmarks.fuzz;
