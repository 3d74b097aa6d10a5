/** Settings of the operator: as they are written down, and what they mean. */
package dev.cohort.operator.config;
