package dev.cohort.operator.burst;

/**
 * One aggregator to be watched.
 *
 * @param pod its name
 * @param address of the pod
 * @param port of the signals
 * @param host name that its certificate must bear
 */
public record Target(String pod, String address, int port, String host) {}
