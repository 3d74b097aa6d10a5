/** What the aggregators say of their load: received, kept, and made into figures to decide on. */
package dev.cohort.operator.burst;
