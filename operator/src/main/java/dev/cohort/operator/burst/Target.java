package dev.cohort.operator.burst;

import java.util.Optional;

/**
 * One aggregator to be watched.
 *
 * @param pod its name
 * @param address of the pod
 * @param port of the signals
 * @param host name that its certificate must bear
 * @param tls namespace and name of the Secret whose {@code ca.crt} signed it; empty without TLS
 */
public record Target(String pod, String address, int port, String host, Optional<Secret> tls) {
  /** A Secret. */
  public record Secret(String namespace, String name) {}
}
