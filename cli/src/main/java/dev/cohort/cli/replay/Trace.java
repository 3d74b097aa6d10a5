package dev.cohort.cli.replay;

import java.util.List;

/**
 * When requests arrive, on the trace's own clock, which starts at 0. Immutable.
 *
 * @param name the file's name or the shape's
 * @param pieces in order of time, without overlap
 * @param seconds how long the trace lasts; 0 when its requests all arrive at once
 */
public record Trace(String name, List<Piece> pieces, double seconds) {
  /** Copies the list. */
  public Trace {
    pieces = List.copyOf(pieces);
  }

  /** Requests in all pieces. */
  public long requests() {
    return pieces.stream().mapToLong(Piece::count).sum();
  }

  /** Requests per second; infinite when they all arrive at once. */
  public double meanRate() {
    return requests() / seconds;
  }
}
