/** {@code cohort serve}: seats and an aggregator as processes of this machine. */
package dev.cohort.cli.serve;
