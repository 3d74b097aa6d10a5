package dev.cohort.benchmarks.fuzz;

import dev.cohort.protocol.inference.ModelInferRequest;
import java.util.random.RandomGenerator;

/** Requests of all kinds: good ones, and good ones with some fields changed. */
final class Requests {
  private final GoodRequests good;
  private final BadFields bad;

  Requests(ModelRules rules) {
    this.good = new GoodRequests(rules);
    this.bad = new BadFields(rules);
  }

  /** Two of three have changed fields. */
  ModelInferRequest next(RandomGenerator random) {
    ModelInferRequest request = good.next(random);
    return random.nextInt(3) == 0 ? request : bad.change(request, random);
  }
}
