/**
 * The {@code cohort} command. Nothing depends on this module; it depends on the package format, the
 * protocols and the engine, and starts the services as processes of their own.
 */
package dev.cohort.cli;
