package dev.cohort.aggregator.dispatch;

/**
 * Where a seat listens.
 *
 * @param port 1..65535
 */
public record SeatAddress(String host, int port) implements SeatSource {
  static final int MAX_PORT = 65_535;

  /** Rejects an impossible address. */
  public SeatAddress {
    if (host.isBlank() || port < 1 || port > MAX_PORT) {
      throw new IllegalArgumentException(
          "seat address '%s:%d' is not a host and a port of 1..%d".formatted(host, port, MAX_PORT));
    }
  }

  /**
   * Reads {@code host:port}; an IPv6 address stands in brackets.
   *
   * @throws IllegalArgumentException naming the text and what is allowed
   */
  public static SeatAddress parse(String text) {
    int colon = text.lastIndexOf(':');
    String host = colon < 0 ? "" : text.substring(0, colon);
    if (host.startsWith("[") && host.endsWith("]")) {
      host = host.substring(1, host.length() - 1);
    } else if (host.contains(":")) {
      host = "";
    }
    try {
      return new SeatAddress(host, Integer.parseInt(text.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "seat address '%s' is not host:port with a port of 1..%d".formatted(text, MAX_PORT), e);
    }
  }

  static boolean isPort(String digits) {
    return digits.length() <= 5
        && Integer.parseInt(digits) >= 1
        && Integer.parseInt(digits) <= MAX_PORT;
  }

  @Override
  public String toString() {
    return host.contains(":") ? "[" + host + "]:" + port : host + ":" + port;
  }
}
