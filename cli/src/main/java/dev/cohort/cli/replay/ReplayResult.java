package dev.cohort.cli.replay;

import java.time.Instant;

/**
 * A finished replay: what was asked for, and what was measured. Immutable.
 *
 * @param trace name of the trace or shape
 * @param target address of the server
 * @param texts name of the text file
 * @param started when the sending began
 */
public record ReplayResult(
    String trace,
    String target,
    String model,
    String texts,
    Instant started,
    Load load,
    Measured measured) {}
