/** From an ensemble as it is to the number of seats that it gets. The rules are in policy. */
package dev.cohort.operator.scaling;
