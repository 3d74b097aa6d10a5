package dev.cohort.cli.replay;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a server's answer to one row says.
 *
 * @param label the best label; empty when the model has none
 * @param studentsUsed how many students took part; empty when the server does not say
 * @param studentsTotal how many the model has; 0 when the server does not say
 * @param pruned whether fewer students were chosen than there are
 * @param degraded whether fewer answered than were chosen
 */
public record Reply(
    Optional<String> label,
    OptionalInt studentsUsed,
    int studentsTotal,
    boolean pruned,
    boolean degraded) {}
