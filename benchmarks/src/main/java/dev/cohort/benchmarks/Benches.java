package dev.cohort.benchmarks;

import dev.cohort.benchmarks.dataplane.BurstBench;
import dev.cohort.benchmarks.dataplane.FanoutBench;
import dev.cohort.benchmarks.dataplane.LatencyBench;
import dev.cohort.benchmarks.dataplane.PaddingBench;
import dev.cohort.benchmarks.dataplane.ReactionBench;
import dev.cohort.benchmarks.dataplane.SaturationBench;
import dev.cohort.benchmarks.dataplane.SpikeAgainstTeacherBench;
import dev.cohort.benchmarks.exact.ExactBench;
import dev.cohort.benchmarks.faults.SeatKillBench;
import dev.cohort.benchmarks.faults.SeatStallBench;
import dev.cohort.benchmarks.faults.SoakBench;
import dev.cohort.benchmarks.fuzz.FuzzBench;
import dev.cohort.cli.CommandException;
import java.util.List;
import java.util.stream.Collectors;

/** All benches. Stateless. */
public final class Benches {
  private Benches() {}

  /** New ones, in the order of the documentation. */
  public static List<Bench> all() {
    return List.of(
        new FanoutBench(),
        new LatencyBench(),
        new BurstBench(),
        new SpikeAgainstTeacherBench(),
        new ReactionBench(),
        new SaturationBench(),
        new PaddingBench(),
        new SeatKillBench(),
        new SeatStallBench(),
        new SoakBench(),
        new FuzzBench(),
        new ExactBench());
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
