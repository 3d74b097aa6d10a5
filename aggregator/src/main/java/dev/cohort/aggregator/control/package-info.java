/** What an operator may change of a running aggregator. */
package dev.cohort.aggregator.control;
