package dev.cohort.cli.replay;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Requests within one stretch of time, at a rate that is constant or changes linearly. Immutable.
 *
 * @param start seconds from the trace's begin
 * @param length seconds; 0 puts all requests at the start
 * @param count requests, at least 0
 * @param from relative rate at the start, above 0
 * @param to relative rate at the end, above 0
 */
public record Piece(double start, double length, int count, double from, double to) {
  /** Requests of the same probability everywhere in the stretch. */
  public static Piece even(double start, double length, int count) {
    return new Piece(start, length, count, 1, 1);
  }

  /** When the requests arrive, in seconds from the trace's begin, ascending. */
  public double[] arrivals(SplittableRandom random) {
    double[] arrivals = new double[count];
    for (int i = 0; i < count; i++) {
      arrivals[i] = start + length * position(random.nextDouble());
    }
    Arrays.sort(arrivals);
    return arrivals;
  }

  /** The inverse of the share of requests that lie before a position in 0..1. */
  private double position(double share) {
    if (from == to) {
      return share;
    }
    return (Math.sqrt(from * from + share * (to * to - from * from)) - from) / (to - from);
  }
}
