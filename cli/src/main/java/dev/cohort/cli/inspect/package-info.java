/** {@code cohort inspect}: what a package holds. */
package dev.cohort.cli.inspect;
