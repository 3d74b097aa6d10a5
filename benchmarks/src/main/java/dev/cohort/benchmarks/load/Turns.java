package dev.cohort.benchmarks.load;

import dev.cohort.benchmarks.load.ClosedLoop.Call;
import dev.cohort.benchmarks.load.ClosedLoop.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Contestants that take turns in short rounds, so that a noisy neighbour slows all of them alike.
 * Immutable.
 *
 * @param warmUp of each contestant with several calls on their way, before it runs as in a round
 *     until its median settles
 * @param rounds of each
 * @param length of a round
 */
public record Turns(Duration warmUp, int rounds, Duration length) {
  /** Calls on their way in the warm-up: the sooner the JVMs have compiled what is measured. */
  private static final int WARM_UP_IN_FLIGHT = 8;

  /** Settled: so many rounds in a row without a median below this share of the best. */
  private static final int SETTLED_ROUNDS = 3;

  private static final double SETTLED_SHARE = 0.97;

  /** Rounds of a warm-up at most. */
  private static final int WARM_UP_ROUNDS = 20;

  /**
   * One of them.
   *
   * @param inFlight calls on their way
   * @param warmUpInFlight calls on their way at the begin of the warm-up
   */
  public record Contestant(Call call, int inFlight, int warmUpInFlight) {
    /** One that takes several calls at a time. */
    public Contestant(Call call, int inFlight) {
      this(call, inFlight, Math.max(inFlight, WARM_UP_IN_FLIGHT));
    }
  }

  /** What was seen of each contestant, in their order, all rounds together. */
  public List<Outcome> run(List<Contestant> contestants) throws InterruptedException {
    for (Contestant contestant : contestants) {
      warmUp(contestant);
    }
    List<Outcome> outcomes = new ArrayList<>();
    contestants.forEach(contestant -> outcomes.add(new Outcome(new Samples(), 0)));
    for (int round = 0; round < rounds; round++) {
      for (int index = 0; index < contestants.size(); index++) {
        Contestant contestant = contestants.get(index);
        Outcome outcome = ClosedLoop.run(contestant.call(), contestant.inFlight(), length);
        outcomes.set(index, outcomes.get(index).and(outcome));
      }
    }
    return outcomes;
  }

  private void warmUp(Contestant contestant) throws InterruptedException {
    ClosedLoop.run(contestant.call(), contestant.warmUpInFlight(), warmUp);
    double best = Double.POSITIVE_INFINITY;
    int settled = 0;
    for (int round = 0; round < WARM_UP_ROUNDS && settled < SETTLED_ROUNDS; round++) {
      Outcome outcome = ClosedLoop.run(contestant.call(), contestant.inFlight(), length);
      double median = outcome.latencies().millis(0.5);
      settled = median < SETTLED_SHARE * best ? 0 : settled + 1;
      best = Math.min(best, median);
    }
  }
}
