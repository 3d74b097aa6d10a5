package dev.cohort.benchmarks.dataplane;

import dev.cohort.benchmarks.BenchSettings;
import dev.cohort.benchmarks.load.ClosedLoop;
import java.time.Duration;
import java.util.List;

/** How much a side can do: single texts, as many in flight as keep it busy. Stateless. */
final class Capacity {
  /** Enough for full batches on every lane and one more waiting. */
  static final int IN_FLIGHT = 64;

  private Capacity() {}

  /** How long a side runs before it is measured. */
  static Duration warmUp(BenchSettings settings) {
    return settings.duration(Duration.ofSeconds(10), Duration.ofMillis(500));
  }

  /** Rows per second of a side that is warm after this. */
  static double rowsPerSecond(BenchSettings settings, Side side, List<String> texts)
      throws InterruptedException {
    return rowsPerSecond(settings, side.call(side.requests().each(texts)));
  }

  /** Calls per second of what is warm after this. */
  static double rowsPerSecond(BenchSettings settings, ClosedLoop.Call call)
      throws InterruptedException {
    ClosedLoop.run(call, IN_FLIGHT, warmUp(settings));
    Duration length = settings.duration(Duration.ofSeconds(5), Duration.ofMillis(500));
    return ClosedLoop.run(call, IN_FLIGHT, length).perSecond();
  }
}
