package dev.cohort.benchmarks;

import dev.cohort.cli.replay.DurationConverter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Option;

/** Options that only some benches have a use for. Written by the command line, then only read. */
public final class BenchOptions {
  @Option(
      names = "--duration",
      paramLabel = "TIME",
      converter = DurationConverter.class,
      description = "soak: how long, such as 90s; default: 30m.")
  private Duration duration;

  @Option(names = "--requests", paramLabel = "N", description = "fuzz: how many; default: 100000.")
  private Integer requests;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "fuzz: the same seed gives the same requests; default: ${DEFAULT-VALUE}.")
  private long seed = 1;

  @Option(
      names = "--request",
      paramLabel = "N",
      description = "fuzz: only the request of this number, as in the line about a wrong answer.")
  private Integer request;

  @Option(
      names = "--fuzzed",
      paramLabel = "PACKAGE",
      description = "fuzz: what is served; default: packages/src/test/resources/tiny-package.")
  private Path fuzzed;

  @Option(
      names = "--reference",
      paramLabel = "FILE",
      description =
          "exact: answers of the Python reference to the demo's test texts, .jsonl; default: it is run.")
  private Path reference;

  /** How long a bench of any length takes. */
  public Optional<Duration> duration() {
    return Optional.ofNullable(duration);
  }

  /** How many requests a bench of any number sends. */
  public OptionalInt requests() {
    return requests == null ? OptionalInt.empty() : OptionalInt.of(requests);
  }

  /** The one request to send. */
  public OptionalInt request() {
    return request == null ? OptionalInt.empty() : OptionalInt.of(request);
  }

  /** Of random numbers. */
  public long seed() {
    return seed;
  }

  /** The package that wrong requests are sent to. */
  public Optional<Path> fuzzed() {
    return Optional.ofNullable(fuzzed);
  }

  /** What the Python reference has answered. */
  public Optional<Path> reference() {
    return Optional.ofNullable(reference);
  }
}
