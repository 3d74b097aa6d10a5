package dev.cohort.cli.replay;

import dev.cohort.cli.CommandException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** Load shapes that need no file: a base rate, and a peak that is a multiple of it. */
public enum Shape {
  /** The base rate all the time. */
  STEADY(List.of(new Level(0, 1, 0, 0))),
  /** Base, peak from one third to two thirds, base. */
  STEP(
      List.of(
          new Level(0, 1 / 3.0, 0, 0),
          new Level(1 / 3.0, 2 / 3.0, 1, 1),
          new Level(2 / 3.0, 1, 0, 0))),
  /** Four times a straight rise from base to peak and a fall at once. */
  SAWTOOTH(
      IntStream.range(0, 4)
          .mapToObj(tooth -> new Level(tooth / 4.0, (tooth + 1) / 4.0, 0, 1))
          .toList()),
  /** Base, with the peak for a tenth of the time in the middle. */
  SPIKE(List.of(new Level(0, 0.45, 0, 0), new Level(0.45, 0.55, 1, 1), new Level(0.55, 1, 0, 0)));

  /** Between two shares of the time: the rate at each end, 0 for the base and 1 for the peak. */
  private record Level(double begin, double end, double from, double to) {}

  private final List<Level> levels;

  Shape(List<Level> levels) {
    this.levels = levels;
  }

  /** The shape of this name. */
  public static Optional<Shape> named(String name) {
    return Arrays.stream(values()).filter(shape -> shape.label().equals(name)).findFirst();
  }

  /** The name that users give. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Requests whose number is the integral of the rate, rounded.
   *
   * @param rate requests per second at the base, above 0
   * @param peak factor above the base, at least 1
   * @throws CommandException when there are more requests than a schedule may have
   */
  public Trace trace(double rate, double peak, Duration duration) {
    double seconds = duration.toNanos() / 1e9;
    List<Piece> pieces = new ArrayList<>();
    double total = 0;
    long given = 0;
    for (Level level : levels) {
      double from = 1 + level.from() * (peak - 1);
      double to = 1 + level.to() * (peak - 1);
      double length = (level.end() - level.begin()) * seconds;
      total += rate * length * (from + to) / 2;
      Schedule.requireRoom(total);
      int count = (int) (Math.round(total) - given);
      given += count;
      pieces.add(new Piece(level.begin() * seconds, length, count, from, to));
    }
    return new Trace(label(), pieces, seconds);
  }
}
