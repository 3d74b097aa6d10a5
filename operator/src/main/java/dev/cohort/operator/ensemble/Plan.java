package dev.cohort.operator.ensemble;

import dev.cohort.operator.desired.Blueprint;
import dev.cohort.operator.scaling.SeatDecision;
import java.util.OptionalInt;

/**
 * What was decided about an ensemble.
 *
 * @param blueprint what its objects are made of
 * @param seats how many, and why
 * @param students of the package; empty while it is not known
 */
public record Plan(Blueprint blueprint, SeatDecision seats, OptionalInt students) {}
