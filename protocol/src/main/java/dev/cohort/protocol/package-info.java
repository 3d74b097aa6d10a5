/** What both services do with messages that are none of their protocol. */
package dev.cohort.protocol;
