package dev.cohort.security;

import java.net.InetAddress;

/** Which hosts only this machine can reach. Stateless. */
public final class Loopback {
  private Loopback() {}

  /**
   * Whether a host is {@code localhost} or a loopback address. Other names are not looked up: what
   * they mean may change, and is then no reason to leave TLS out.
   */
  public static boolean is(String host) {
    if (host.equalsIgnoreCase("localhost")) {
      return true;
    }
    try {
      return InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
