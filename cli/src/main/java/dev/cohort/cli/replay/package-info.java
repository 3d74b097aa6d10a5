/**
 * {@code cohort replay}: open-loop load on a running server, and what came of it. A {@link
 * dev.cohort.cli.replay.Trace} becomes a {@link dev.cohort.cli.replay.Schedule}, which a {@link
 * dev.cohort.cli.replay.Sender} keeps whatever the server does; a {@link
 * dev.cohort.cli.replay.Tally} counts, and a {@link dev.cohort.cli.replay.ReplayResult} is shown.
 */
package dev.cohort.cli.replay;
