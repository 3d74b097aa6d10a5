/** Metrics of the operator. */
package dev.cohort.operator.metrics;
