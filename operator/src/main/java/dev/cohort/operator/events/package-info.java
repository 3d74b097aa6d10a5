/** Events: what the operator did, and why, beside the resource. */
package dev.cohort.operator.events;
