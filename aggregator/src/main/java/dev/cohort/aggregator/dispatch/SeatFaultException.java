package dev.cohort.aggregator.dispatch;

/** A seat that says something impossible; the text says what. */
final class SeatFaultException extends Exception {
  private static final long serialVersionUID = 1L;

  SeatFaultException(String text) {
    super(text);
  }
}
