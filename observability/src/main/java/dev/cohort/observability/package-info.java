/** How both services are seen from outside: the definition of their metrics, and traces. */
package dev.cohort.observability;
