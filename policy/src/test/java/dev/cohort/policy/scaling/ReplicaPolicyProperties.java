package dev.cohort.policy.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cohort.policy.scaling.BurstSignal.Absent;
import dev.cohort.policy.scaling.BurstSignal.Delay;
import dev.cohort.policy.scaling.BurstSignal.Fresh;
import dev.cohort.policy.scaling.BurstSignal.Stale;
import dev.cohort.policy.scaling.BurstSignal.Work;
import dev.cohort.policy.scaling.ReplicaPolicy.Decision;
import dev.cohort.policy.scaling.ReplicaPolicy.Situation;
import dev.cohort.policy.scaling.ScalingSettings.Band;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** What holds for every load. */
final class ReplicaPolicyProperties {
  private static final ScalingSettings SETTINGS = ScalingSettings.defaults();
  private static final int PER_SECOND = (int) (Simulation.SECOND / Simulation.STEP);

  private static Simulation simulation(SeatBounds bounds, int seats, int startSeconds) {
    return new Simulation(SETTINGS, bounds, seats, startSeconds * Simulation.SECOND);
  }

  private static DoubleStream noise(double level, double share, int seconds, long seed) {
    Random random = new Random(seed);
    return DoubleStream.generate(() -> Math.max(0, level * (1 + share * random.nextGaussian())))
        .limit((long) seconds * PER_SECOND);
  }

  @Provide
  Arbitrary<SeatBounds> bounds() {
    return Combinators.combine(
            Arbitraries.integers().between(1, 6),
            Arbitraries.integers().between(0, 20),
            Arbitraries.integers().between(0, 20),
            Arbitraries.integers().between(1, 30))
        .as(
            (min, more, fallback, gpu) -> {
              int max = min + more;
              return new SeatBounds(min, max, Math.min(max, min + fallback), gpu);
            });
  }

  @Provide
  Arbitrary<BurstSignal> signals() {
    Arbitrary<Double> figures = Arbitraries.of(0.0, 1e-300, 1.0, 1e5, 3e6, 2e7, 1e18, 1e300);
    Arbitrary<BurstSignal> fresh =
        Combinators.combine(figures, figures, Arbitraries.integers().between(1, 4))
            .as(
                (offered, drain, prefix) ->
                    new Fresh(
                        new Work(offered, 1e6, offered / 1e7),
                        new Delay(drain, drain, 50_000),
                        prefix,
                        4));
    return Arbitraries.oneOf(
        fresh, fresh, fresh, Arbitraries.just(new Stale()), Arbitraries.just(new Absent()));
  }

  @Property(tries = 300)
  void staysWithinBoundsAndBudget(
      @ForAll("bounds") SeatBounds bounds,
      @ForAll List<@From("signals") BurstSignal> signals,
      @ForAll @IntRange(max = 40) int seats) {
    Simulation simulation = simulation(bounds, seats, 5);
    for (BurstSignal signal : signals) {
      assertThat(simulation.step(signal).seats())
          .isBetween(Math.min(bounds.min(), bounds.gpu()), Math.min(bounds.max(), bounds.gpu()));
    }
  }

  @Property(tries = 200)
  void staleSignalsChangeNothing(
      @ForAll @DoubleRange(max = 30) double load,
      @ForAll @IntRange(min = 1, max = 16) int seats,
      @ForAll @IntRange(max = 200) int steps) {
    Simulation simulation = simulation(SeatBounds.of(1, 16), seats, 5);
    noise(load, 0.25, steps, steps).forEach(simulation::step);
    int before = simulation.seats();
    for (int step = 0; step < 400 * PER_SECOND; step++) {
      Decision decision = simulation.step(new Stale());
      assertThat(decision.seats()).isEqualTo(before);
      assertThat(decision.reason()).isEqualTo(ScalingReason.SIGNALS_STALE_HELD);
    }
  }

  @Property(tries = 100)
  void turnsTwiceInFiveMinutesAtMostUnderNoise(
      @ForAll @DoubleRange(min = 0.2, max = 24) double level,
      @ForAll @IntRange(min = 1, max = 32) int seats,
      @ForAll @IntRange(max = 60) int startSeconds,
      @ForAll @LongRange(max = 1_000_000) long seed) {
    Simulation simulation = simulation(SeatBounds.of(1, 32), seats, startSeconds);
    noise(level, 0.25, 1_200, seed).forEach(simulation::step);
    assertThat(Changes.mostWithin(300, simulation.steps(), seats)).isLessThanOrEqualTo(2);
  }

  @Property(tries = 40)
  void noiseCostsNoMoreThanHalfTheSeatsOnceMore(
      @ForAll @DoubleRange(min = 2, max = 24) double level,
      @ForAll @LongRange(max = 1_000_000) long seed) {
    Simulation simulation = simulation(SeatBounds.of(1, 64), 1, 5);
    noise(level, 0.25, 1_800, seed).forEach(simulation::step);
    double seats =
        simulation.steps().stream().mapToInt(Simulation.Step::desired).average().orElseThrow();
    assertThat(seats).isLessThan(1.5 * Math.ceil(level / SETTINGS.band().target()));
  }

  @Property(tries = 100)
  void turnsTwiceInFiveMinutesAtMostUnderBurstsOfAnyLength(
      @ForAll @DoubleRange(min = 1, max = 30) double peak,
      @ForAll @IntRange(min = 1, max = 300) int busy,
      @ForAll @IntRange(min = 1, max = 300) int quiet) {
    Simulation simulation = simulation(SeatBounds.of(1, 32), 1, 5);
    for (int step = 0; step < 1_800 * PER_SECOND; step++) {
      simulation.step(step / PER_SECOND % (busy + quiet) < busy ? peak : 0.1);
    }
    assertThat(Changes.mostWithin(300, simulation.steps(), 1)).isLessThanOrEqualTo(2);
  }

  @Property(tries = 300)
  void asksForNoFewerSeatsWhenMoreIsOffered(
      @ForAll @DoubleRange(max = 20) double past,
      @ForAll @DoubleRange(max = 20) double load,
      @ForAll @DoubleRange(max = 20) double more,
      @ForAll @IntRange(max = 300) int steps) {
    Simulation simulation = simulation(SeatBounds.of(1, 32), 8, 5);
    noise(past, 0.25, steps, steps).forEach(simulation::step);
    ReplicaPolicy policy = new ReplicaPolicy(SETTINGS);
    assertThat(decide(policy, simulation, load).seats())
        .isLessThanOrEqualTo(decide(policy, simulation, load + more).seats());
  }

  private static Decision decide(ReplicaPolicy policy, Simulation simulation, double load) {
    double drain = Math.max(0, load - simulation.seats()) * 1e6;
    Fresh fresh =
        new Fresh(
            new Work(load * 1e6, 1e6, Math.min(1, load / simulation.seats())),
            new Delay(drain, drain, 50_000),
            drain > 0 ? 1 : 4,
            4);
    Situation situation = simulation.situation(fresh);
    return policy.decide(simulation.state(), situation, simulation.now());
  }

  @Property(tries = 100)
  void aBurstGetsSeatsAtOnceWhateverWasBefore(
      @ForAll @DoubleRange(max = 20) double level,
      @ForAll @IntRange(max = 1_000) int seconds,
      @ForAll @LongRange(max = 1_000_000) long seed) {
    Simulation simulation = simulation(SeatBounds.of(1, 64), 4, 5);
    noise(level, 0.25, seconds, seed).forEach(simulation::step);
    int before = simulation.seats();
    double burst = 2 * before + 1;
    for (int step = 0; step <= PER_SECOND; step++) {
      simulation.step(burst);
    }
    assertThat(simulation.seats()).isGreaterThan(before);
  }

  @Property(tries = 60)
  void comesBackToTheMinimum(
      @ForAll @DoubleRange(max = 40) double level,
      @ForAll @IntRange(max = 600) int seconds,
      @ForAll @LongRange(max = 1_000_000) long seed) {
    Simulation simulation = simulation(SeatBounds.of(2, 32), 8, 5);
    noise(level, 0.25, seconds, seed).forEach(simulation::step);
    // Panic and windows, the flap budget, then 15 steps of a dwell each.
    for (int step = 0; step < (120 + 300 + 15 * 31) * PER_SECOND; step++) {
      simulation.step(0);
    }
    assertThat(simulation.seats()).isEqualTo(2);
  }

  @Property(tries = 60)
  void fitsASteadyLoadWithoutAnyTurn(
      @ForAll @DoubleRange(min = 0.1, max = 20) double level,
      @ForAll @IntRange(max = 120) int startSeconds) {
    Simulation simulation = simulation(SeatBounds.of(1, 64), 1, startSeconds);
    for (int step = 0; step < 600 * PER_SECOND; step++) {
      simulation.step(level);
    }
    double need = level / SETTINGS.band().target();
    assertThat(Changes.mostWithin(600, simulation.steps(), 1)).isLessThanOrEqualTo(1);
    assertThat((double) simulation.seats())
        .isBetween(need / (1 + SETTINGS.band().dead()), need / (1 - SETTINGS.band().dead()) + 1);
  }

  @Property(tries = 60)
  void staysOrSettlesWithAnyBandAndTarget(
      @ForAll @DoubleRange(min = 0.1, max = 0.95) double target,
      @ForAll @DoubleRange(max = 0.95) double dead,
      @ForAll @DoubleRange(max = 12) double level) {
    ScalingSettings settings =
        new ScalingSettings(SETTINGS.windows(), new Band(target, dead, 2), SETTINGS.pace());
    Simulation simulation = new Simulation(settings, SeatBounds.of(1, 256), 4, 0);
    for (int step = 0; step < 900 * PER_SECOND; step++) {
      simulation.step(level);
    }
    assertThat(Changes.mostWithin(900, simulation.steps(), 4)).isZero();
    assertThat(simulation.seats() * (1 + dead) + 1e-6).isGreaterThanOrEqualTo(level / target);
  }

  @Property(tries = 60)
  void slowStartersDoNotRaiseTheNumberFurther(
      @ForAll @DoubleRange(min = 3, max = 20) double level,
      @ForAll @IntRange(min = 10, max = 300) int startSeconds) {
    Simulation slow = simulation(SeatBounds.of(1, 64), 1, startSeconds);
    for (int step = 0; step < startSeconds * PER_SECOND; step++) {
      slow.step(level);
    }
    // What waited before the first seat was asked for counts once.
    assertThat((double) slow.seats()).isLessThanOrEqualTo(Math.ceil(level / 0.7 + 1));
  }
}
