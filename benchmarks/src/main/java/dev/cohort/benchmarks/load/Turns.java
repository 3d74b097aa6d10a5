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
 * @param warmUp of each contestant, before the first round
 * @param rounds of each
 * @param length of a round
 */
public record Turns(Duration warmUp, int rounds, Duration length) {
  /**
   * One of them.
   *
   * @param inFlight calls on their way
   */
  public record Contestant(Call call, int inFlight) {}

  /** What was seen of each contestant, in their order, all rounds together. */
  public List<Outcome> run(List<Contestant> contestants) throws InterruptedException {
    for (Contestant contestant : contestants) {
      ClosedLoop.run(contestant.call(), contestant.inFlight(), warmUp);
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
}
