/** What an installation has to have, asked from a pod within it. */
package dev.cohort.operator.check;
