package dev.cohort.cli.replay;

import dev.cohort.cli.CommandException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options that say when requests are sent. */
final class LoadOptions {
  private static final double DEFAULT_RATE = 20;
  private static final double DEFAULT_PEAK = 4;
  private static final Duration DEFAULT_DURATION = Duration.ofMinutes(1);
  private static final double MAX_RATE = 100_000;
  private static final double MAX_PEAK = 1000;
  private static final Duration MAX_DURATION = Duration.ofHours(24);

  @Parameters(
      paramLabel = "TRACE",
      description =
          "A trace file (CSV, header begins with arrival_s), or steady, step, sawtooth or spike.")
  private String trace;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description =
          "Requests per second: a shape's base (default: 20), or a trace's mean, by scaling its time (default: its own).")
  private Double rate;

  @Option(
      names = "--peak",
      paramLabel = "FACTOR",
      description = "A shape's peak as a multiple of its base; default: 4.")
  private Double peak;

  @Option(
      names = "--duration",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "Longest replay, such as 90s or 5m; default: 1m for a shape, else the trace.")
  private Duration duration;

  @Option(
      names = "--skip",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "Leave out the begin of a trace, on the trace's own clock.")
  private Duration skip;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "0",
      description = "Of arrivals within bins and shapes, and of the texts drawn; default: 0.")
  private long seed;

  long seed() {
    return seed;
  }

  /** Name of the trace or shape. */
  String name() {
    return Shape.named(trace)
        .map(Shape::label)
        .orElseGet(() -> Path.of(trace).getFileName().toString());
  }

  /** The schedule that the options describe. */
  Schedule schedule() {
    require("--rate", rate, 0.001, MAX_RATE);
    require("--peak", peak, 1, MAX_PEAK);
    if (duration != null && (duration.isZero() || duration.compareTo(MAX_DURATION) > 0)) {
      throw CommandException.input(
          "--duration is %s s; allowed are more than 0 to %d s"
              .formatted(duration.toNanos() / 1e9, MAX_DURATION.toSeconds()));
    }
    return Shape.named(trace).map(this::ofShape).orElseGet(this::ofFile);
  }

  private Schedule ofShape(Shape shape) {
    if (skip != null) {
      throw CommandException.input("--skip cannot be used with a shape");
    }
    Trace arrivals =
        shape.trace(
            rate == null ? DEFAULT_RATE : rate,
            peak == null ? DEFAULT_PEAK : peak,
            duration == null ? DEFAULT_DURATION : duration);
    return Schedule.of(arrivals, Schedule.Cut.NONE, seed);
  }

  private Schedule ofFile() {
    if (peak != null) {
      throw CommandException.input("--peak cannot be used with a trace file");
    }
    Path file = Path.of(trace);
    if (!Files.isRegularFile(file)) {
      throw CommandException.input(
          "TRACE is %s; allowed are a file or one of %s"
              .formatted(
                  trace,
                  Arrays.stream(Shape.values())
                      .map(Shape::label)
                      .collect(Collectors.joining(", "))));
    }
    Schedule.Cut cut =
        new Schedule.Cut(
            rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate),
            skip == null ? Duration.ZERO : skip,
            Optional.ofNullable(duration));
    return Schedule.of(TraceReader.read(file), cut, seed);
  }

  private static void require(String option, Double value, double least, double most) {
    if (value != null && !(value >= least && value <= most)) {
      throw CommandException.input(
          String.format(
              Locale.ROOT, "%s is %s; allowed are %s to %,.0f", option, value, least, most));
    }
  }
}
