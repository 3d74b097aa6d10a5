/**
 * The package format: an immutable folder that holds an ordered ensemble of students.
 *
 * <p>{@link dev.cohort.packages.Package#open} verifies a folder before anything of it is used. From
 * it come the {@link dev.cohort.packages.TextTokenizer} (text to token rows), the {@link
 * dev.cohort.packages.PackedBatch} (token rows to graph inputs) and the {@link
 * dev.cohort.packages.Answers} (contributions to answers). The engine is not here.
 */
package dev.cohort.packages;
