package dev.cohort.cli.replay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** What holds for every trace, shape and seed. */
final class ScheduleProperties {
  private static final double WIDTH = 2;

  private static long[] times(Schedule schedule) {
    return IntStream.range(0, schedule.requests()).mapToLong(schedule::sendNanos).toArray();
  }

  private static Schedule.Cut cut(double rate) {
    return new Schedule.Cut(OptionalDouble.of(rate), Duration.ZERO, Optional.empty());
  }

  private static Trace bins(List<Integer> counts) {
    List<Piece> pieces = new ArrayList<>();
    for (int count : counts) {
      pieces.add(Piece.even(WIDTH * pieces.size(), WIDTH, count));
    }
    return new Trace("bins", pieces, WIDTH * counts.size());
  }

  @Provide
  Arbitrary<Trace> traces() {
    return Arbitraries.integers()
        .between(0, 40)
        .list()
        .ofMinSize(1)
        .ofMaxSize(30)
        .filter(counts -> counts.stream().anyMatch(count -> count > 0))
        .map(ScheduleProperties::bins);
  }

  @Property(tries = 200)
  void isTheSameForTheSameSeed(@ForAll("traces") Trace trace, @ForAll long seed) {
    long[] once = times(Schedule.of(trace, Schedule.Cut.NONE, seed));
    assertArrayEquals(once, times(Schedule.of(trace, Schedule.Cut.NONE, seed)));
    long[] other = times(Schedule.of(trace, Schedule.Cut.NONE, seed + 1));
    assertEquals(once.length, other.length);
    assertNotEquals(List.of(once[0]), List.of(other[0]));
  }

  @Property(tries = 200)
  void keepsEachBinsCountAndOrder(@ForAll("traces") Trace trace, @ForAll long seed) {
    long[] times = times(Schedule.of(trace, Schedule.Cut.NONE, seed));
    int[] counts = new int[trace.pieces().size()];
    for (int i = 0; i < times.length; i++) {
      assertTrue(i == 0 || times[i] >= times[i - 1]);
      counts[(int) (times[i] / (WIDTH * 1e9))]++;
    }
    assertArrayEquals(trace.pieces().stream().mapToInt(Piece::count).toArray(), counts);
  }

  @Property(tries = 200)
  void scalesTimeExactlyToTheRate(
      @ForAll("traces") Trace trace,
      @ForAll @DoubleRange(min = 0.1, max = 5000) double rate,
      @ForAll long seed) {
    Schedule scaled = Schedule.of(trace, cut(rate), seed);
    long[] own = times(Schedule.of(trace, Schedule.Cut.NONE, seed));
    assertEquals(trace.requests(), scaled.requests());
    // A length is a whole number of nanoseconds, and is right to that.
    assertEquals(scaled.requests() / rate * 1e9, scaled.length().toNanos(), 1);
    double factor = trace.meanRate() / rate;
    for (int i = 0; i < own.length; i++) {
      assertEquals(own[i] * factor, scaled.sendNanos(i), 1 + factor);
    }
  }

  @Property(tries = 200)
  void skippingAndCuttingLeaveTheRestWhereItIs(
      @ForAll("traces") Trace trace,
      @ForAll @IntRange(max = 20) int skip,
      @ForAll @IntRange(min = 1, max = 20) int limit,
      @ForAll long seed) {
    long begin = skip * 1_000_000_000L;
    long end = begin + limit * 1_000_000_000L;
    long[] expected =
        java.util.Arrays.stream(times(Schedule.of(trace, Schedule.Cut.NONE, seed)))
            .filter(time -> time >= begin && time < end)
            .map(time -> time - begin)
            .toArray();
    Assume.that(expected.length > 0);
    Schedule.Cut cut =
        new Schedule.Cut(
            OptionalDouble.empty(),
            Duration.ofSeconds(skip),
            Optional.of(Duration.ofSeconds(limit)));
    long[] actual = times(Schedule.of(trace, cut, seed));
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < actual.length; i++) {
      assertEquals(expected[i], actual[i], 1);
    }
  }

  /** The integral of each shape, by its definition. */
  @Property(tries = 200)
  void shapesHaveAsManyRequestsAsTheirIntegral(
      @ForAll Shape shape,
      @ForAll @DoubleRange(min = 1, max = 500) double rate,
      @ForAll @DoubleRange(min = 1, max = 50) double peak,
      @ForAll @IntRange(min = 1, max = 60) int seconds) {
    double meanLevel =
        switch (shape) {
          case STEADY -> 1;
          case STEP -> (2 + peak) / 3;
          case SAWTOOTH -> (1 + peak) / 2;
          case SPIKE -> 0.9 + 0.1 * peak;
        };
    Trace trace = shape.trace(rate, peak, Duration.ofSeconds(seconds));
    assertEquals(rate * meanLevel * seconds, trace.requests(), 0.51);
    assertEquals(seconds, trace.seconds());
  }

  @Property(tries = 20)
  void aSawtoothRisesAlongItsLine(@ForAll long seed) {
    Trace trace = Shape.SAWTOOTH.trace(1000, 9, Duration.ofSeconds(40));
    long[] times = times(Schedule.of(trace, Schedule.Cut.NONE, seed));
    // Up to half of the first tooth of 10 s: 5 s at 1,000 rising to 5,000 a second.
    long half = java.util.Arrays.stream(times).filter(time -> time < 5_000_000_000L).count();
    assertEquals(15_000, half, 500);
  }
}
