/** Whether what is served answers as the package's Python reference does. */
package dev.cohort.benchmarks.exact;
