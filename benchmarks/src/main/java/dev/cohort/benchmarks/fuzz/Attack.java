package dev.cohort.benchmarks.fuzz;

import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/** One way to send wrong requests. Used by one thread; what it started may end on any. */
interface Attack extends AutoCloseable {
  /** For people. */
  String name();

  /** Sends one request; the same random numbers make the same request. */
  CompletableFuture<Verdict> next(RandomGenerator random);

  @Override
  void close();
}
