/**
 * The front door of Cohort: takes inference requests, fans them out to seats and sums their
 * answers.
 */
package dev.cohort.aggregator;
