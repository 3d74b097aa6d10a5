package dev.cohort.aggregator.dispatch;

/**
 * A seat that belongs to the fleet now.
 *
 * @param authority the name that the seat's certificate must have; an address is no name where
 *     seats come and go
 */
public record SeatMember(SeatAddress address, String authority) {
  /** A seat that is called by the name or address at which it listens. */
  public static SeatMember of(SeatAddress address) {
    return new SeatMember(address, address.host());
  }
}
