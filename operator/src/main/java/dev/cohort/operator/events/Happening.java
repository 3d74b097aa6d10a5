package dev.cohort.operator.events;

/**
 * Something that happened to an ensemble.
 *
 * @param reason one word; that of condition, metric and log
 * @param message a sentence
 * @param isWarning whether somebody should look at it
 */
public record Happening(String reason, String message, boolean isWarning) {}
