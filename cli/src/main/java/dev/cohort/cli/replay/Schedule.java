package dev.cohort.cli.replay;

import dev.cohort.cli.CommandException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/**
 * When each request is to be sent, in nanoseconds from the begin, ascending. The same trace, cut
 * and seed always give the same schedule. Immutable.
 */
public final class Schedule {
  /** Eight bytes each; at a thousand a second more than two hours. */
  static final int MAX_REQUESTS = 10_000_000;

  /** Odd, and another one than the step of the random numbers themselves. */
  private static final long SEED_STEP = 0xD1342543DE82EF95L;

  private final long[] sendNanos;
  private final Duration length;

  private Schedule(long[] sendNanos, Duration length) {
    this.sendNanos = sendNanos;
    this.length = length;
  }

  /**
   * Which part of a trace is replayed, and how fast.
   *
   * @param rate mean requests per second of the whole trace, reached by scaling its time; empty for
   *     its own
   * @param skip left out at the begin, on the trace's clock
   * @param limit longest replay, on our clock; empty for none
   */
  public record Cut(OptionalDouble rate, Duration skip, Optional<Duration> limit) {
    /** All of it, at its own speed. */
    public static final Cut NONE = new Cut(OptionalDouble.empty(), Duration.ZERO, Optional.empty());
  }

  /**
   * The schedule of one replay.
   *
   * @throws CommandException when nothing is left to send, too much is, or the trace has no rate
   *     that could be scaled
   */
  public static Schedule of(Trace trace, Cut cut, long seed) {
    double scale = scale(trace, cut.rate());
    double skip = seconds(cut.skip());
    double length = Math.max(0, trace.seconds() - skip) * scale;
    double limit = cut.limit().map(Schedule::seconds).orElse(Double.POSITIVE_INFINITY);
    long[] times = times(trace.pieces(), skip, scale, limit, seed);
    if (times.length == 0) {
      throw CommandException.input(
          "no request of %s is left after --skip and --duration; it has %d in %.1f s"
              .formatted(trace.name(), trace.requests(), trace.seconds()));
    }
    return new Schedule(times, Duration.ofNanos(Math.round(Math.min(length, limit) * 1e9)));
  }

  /** How many requests. */
  public int requests() {
    return sendNanos.length;
  }

  /** When a request is to be sent, in nanoseconds from the begin. */
  public long sendNanos(int request) {
    return sendNanos[request];
  }

  /** From the begin to the end of the trace or of what is replayed of it. */
  public Duration length() {
    return length;
  }

  /** Refuses more requests than a schedule may have. */
  static void requireRoom(double requests) {
    if (requests > MAX_REQUESTS) {
      throw CommandException.input(
          "the replay would have more than %,d requests; a shorter --duration is needed, or a lower --rate of a shape"
              .formatted(MAX_REQUESTS));
    }
  }

  private static double scale(Trace trace, OptionalDouble rate) {
    if (rate.isEmpty()) {
      return 1;
    }
    if (trace.seconds() <= 0) {
      throw CommandException.input(
          "--rate cannot be used with %s, whose requests all arrive at once"
              .formatted(trace.name()));
    }
    return trace.meanRate() / rate.getAsDouble();
  }

  private static long[] times(
      List<Piece> pieces, double skip, double scale, double limit, long seed) {
    long[] times = new long[1024];
    int size = 0;
    for (int index = 0; index < pieces.size(); index++) {
      Piece piece = pieces.get(index);
      if (piece.start() + piece.length() < skip) {
        continue;
      }
      if ((piece.start() - skip) * scale >= limit) {
        break;
      }
      requireRoom((double) size + piece.count());
      times = withRoom(times, size + piece.count());
      // A seed for each piece: what is skipped does not move what is left.
      SplittableRandom random = new SplittableRandom(seed + SEED_STEP * (index + 1));
      for (double arrival : piece.arrivals(random)) {
        double time = (arrival - skip) * scale;
        if (time >= 0 && time < limit) {
          times[size++] = Math.round(time * 1e9);
        }
      }
    }
    return Arrays.copyOf(times, size);
  }

  private static long[] withRoom(long[] times, int size) {
    return size <= times.length ? times : Arrays.copyOf(times, Math.max(size, 2 * times.length));
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }
}
