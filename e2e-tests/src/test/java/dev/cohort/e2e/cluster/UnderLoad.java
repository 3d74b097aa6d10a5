package dev.cohort.e2e.cluster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cohort.e2e.cluster.Prober.Outcome;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Requests at a fixed rate before, while and after something happens; none of them may fail. */
final class UnderLoad {
  /** Requests a second: far less than one seat of the demo answers. */
  static final int RATE = 10;

  private UnderLoad() {}

  /**
   * Lets something happen.
   *
   * @param what part of the figure's name
   * @return what became of each request
   */
  static List<Outcome> of(ServedEnsemble ensemble, String what, Consumer<Prober> happening) {
    return of(ensemble, RATE, what, happening);
  }

  /** The same with so many requests a second. */
  static List<Outcome> of(
      ServedEnsemble ensemble, int rate, String what, Consumer<Prober> happening) {
    try (Prober prober = ensemble.probe(rate)) {
      return of(prober, what, happening);
    }
  }

  /** The same with a prober of one's own, which is stopped. */
  static List<Outcome> of(Prober prober, String what, Consumer<Prober> happening) {
    prober.awaitAnswers(RATE);
    happening.accept(prober);
    prober.awaitAnswers(RATE);
    prober.stop();
    Figures.note(what + ".asked.requests", prober.outcomes().size());
    Figures.note(what + ".failed.requests", prober.outcomes().size() - prober.answers());
    assertEquals(Map.of(), prober.failures(), what);
    return prober.outcomes();
  }
}
