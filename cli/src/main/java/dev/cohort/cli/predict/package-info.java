/** {@code cohort predict}: answers in this process or from a running server. */
package dev.cohort.cli.predict;
