/** What the resource says of its ensemble. */
package dev.cohort.operator.status;
