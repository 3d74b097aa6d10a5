package dev.cohort.aggregator.dispatch;

/** Where seats are found: one entry of {@code cohort.seats}. Immutable. */
public sealed interface SeatSource permits SeatAddress, DnsSeats, ServiceSeats {
  /** The name by which the seats are called. */
  String host();

  /**
   * Reads {@code host:port}, {@code dns:///name:port} or {@code
   * kubernetes:///service[.namespace][:port]}.
   *
   * @throws IllegalArgumentException naming the text and what is allowed
   */
  static SeatSource parse(String text) {
    if (text.startsWith(DnsSeats.SCHEME)) {
      return DnsSeats.parse(text);
    }
    if (text.startsWith(ServiceSeats.SCHEME)) {
      return ServiceSeats.parse(text);
    }
    if (text.contains("://")) {
      throw new IllegalArgumentException(
          "'%s' is not one of host:port, %sname:port, %sservice[.namespace][:port]"
              .formatted(text, DnsSeats.SCHEME, ServiceSeats.SCHEME));
    }
    return SeatAddress.parse(text);
  }
}
