package dev.cohort.aggregator.dispatch;

/**
 * All addresses that a DNS name has now, on one port. Their certificates name the DNS name.
 *
 * @param port 1..65535
 */
public record DnsSeats(String host, int port) implements SeatSource {
  static final String SCHEME = "dns:///";

  /** The seat at one of the name's addresses. */
  public SeatMember at(String address) {
    return new SeatMember(new SeatAddress(address, port), host);
  }

  static DnsSeats parse(String text) {
    try {
      SeatAddress name = SeatAddress.parse(text.substring(SCHEME.length()));
      return new DnsSeats(name.host(), name.port());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s' is not %sname:port with a port of 1..%d"
              .formatted(text, SCHEME, SeatAddress.MAX_PORT),
          e);
    }
  }

  @Override
  public String toString() {
    return SCHEME + host + ":" + port;
  }
}
