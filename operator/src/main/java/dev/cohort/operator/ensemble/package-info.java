/** Reconciling one ensemble: observe, decide, apply, report, schedule. */
package dev.cohort.operator.ensemble;
