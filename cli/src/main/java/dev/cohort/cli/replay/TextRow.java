package dev.cohort.cli.replay;

import java.util.Optional;

/**
 * One row of a text file.
 *
 * @param second the second text of a pair; empty for a single text
 * @param label the right answer; empty when the file has none
 */
public record TextRow(String first, Optional<String> second, Optional<String> label) {}
