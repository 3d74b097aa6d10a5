package dev.cohort.benchmarks.faults;

import dev.cohort.benchmarks.load.Samples;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * How latency went on after something was stopped: windows of calls by the time at which they were
 * due, those of all repetitions together. Immutable.
 *
 * @param before p99 in milliseconds before the stops
 * @param windows p99 in milliseconds of each window from the stop on; NaN for one without calls
 * @param rest all calls of the window and of those that follow it
 */
record Recovery(double before, List<Double> windows, List<Samples> rest) {
  /** Recovered is a p99 below this multiple of that before. */
  static final double FACTOR = 2;

  static final Duration WINDOW = Duration.ofMillis(250);
  private static final double P99 = 0.99;

  /**
   * Sorts calls into windows.
   *
   * @param stops when something was stopped, by {@link System#nanoTime}
   * @param before how long before a stop calls count as undisturbed
   * @param after how long after a stop calls are looked at
   */
  static Recovery of(List<Call> calls, List<Long> stops, Duration before, Duration after) {
    Samples calm = new Samples();
    List<Samples> windows = Stream.generate(Samples::new).limit(after.dividedBy(WINDOW)).toList();
    for (long stop : stops) {
      for (Call call : calls) {
        long time = call.dueNanos() - stop;
        int window = (int) Math.floorDiv(time, WINDOW.toNanos());
        if (window >= 0 && window < windows.size()) {
          windows.get(window).add(call.nanos());
        } else if (time < 0 && -time <= before.toNanos()) {
          calm.add(call.nanos());
        }
      }
    }
    return new Recovery(
        calm.millis(P99), windows.stream().map(w -> w.millis(P99)).toList(), rest(windows));
  }

  /** Time from the stop to the end of the last window that is not recovered. */
  double millis() {
    int last = windows.size() - 1;
    while (last >= 0 && !(windows.get(last) >= FACTOR * before)) {
      last--;
    }
    return (last + 1) * (double) WINDOW.toMillis();
  }

  /** p99 in milliseconds of the calls due from so long after the stop on. */
  double later(Duration from) {
    return rest.get((int) from.dividedBy(WINDOW)).millis(P99);
  }

  /** The windows, for people. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("p99 before: %.1f ms".formatted(before));
    for (int window = 0; window < windows.size(); window++) {
      lines.add(
          "p99 %4d ms after the stop: %.1f ms"
              .formatted(window * WINDOW.toMillis(), windows.get(window)));
    }
    return lines;
  }

  private static List<Samples> rest(List<Samples> windows) {
    List<Samples> rest = new ArrayList<>();
    for (int first = 0; first < windows.size(); first++) {
      Samples all = new Samples();
      windows.subList(first, windows.size()).forEach(all::addAll);
      rest.add(all);
    }
    return List.copyOf(rest);
  }
}
