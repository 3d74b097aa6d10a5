package dev.cohort.benchmarks;

import dev.cohort.benchmarks.dataplane.FanoutBench;
import dev.cohort.cli.CommandException;
import java.util.List;
import java.util.stream.Collectors;

/** All benches. Stateless. */
public final class Benches {
  private Benches() {}

  /** New ones, in the order of the documentation. */
  public static List<Bench> all() {
    return List.of(new FanoutBench());
  }

  /**
   * A new bench of this name.
   *
   * @throws CommandException when there is none
   */
  public static Bench named(String name) {
    return all().stream()
        .filter(bench -> bench.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                CommandException.input(
                    "there is no bench '%s'; there are %s"
                        .formatted(
                            name,
                            all().stream().map(Bench::name).collect(Collectors.joining(", ")))));
  }
}
