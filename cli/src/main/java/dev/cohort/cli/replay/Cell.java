package dev.cohort.cli.replay;

import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Counts of one stretch of time. Not thread-safe: guarded by its {@link Tally}. */
final class Cell {
  private static final int DIGITS = 3;

  private final SortedMap<String, Long> refused = new TreeMap<>();
  private final SortedMap<String, Long> notSent = new TreeMap<>();
  private final SortedMap<Integer, Long> students = new TreeMap<>();
  private final Histogram latency = new Histogram(DIGITS);
  private long offered;
  private long sent;
  private long answered;
  private long inTime;
  private long pruned;
  private long degraded;
  private long labelled;
  private long correct;

  void countOffered() {
    offered++;
  }

  void countSent() {
    sent++;
  }

  void countAnswered() {
    answered++;
  }

  void countNotSent(String reason) {
    notSent.merge(reason, 1L, Long::sum);
  }

  void countRefused(String code) {
    refused.merge(code, 1L, Long::sum);
  }

  /** Everything about an answer but that it came. */
  void describe(Reply reply, Optional<String> right, long latencyNanos, boolean isInTime) {
    latency.recordValue(TimeUnit.NANOSECONDS.toMicros(latencyNanos));
    inTime += isInTime ? 1 : 0;
    pruned += reply.pruned() ? 1 : 0;
    degraded += reply.degraded() ? 1 : 0;
    reply.studentsUsed().ifPresent(used -> students.merge(used, 1L, Long::sum));
    if (right.isPresent() && reply.label().isPresent()) {
      labelled++;
      correct += right.equals(reply.label()) ? 1 : 0;
    }
  }

  Figures figures() {
    return new Figures(
        offered,
        sent,
        answered,
        inTime,
        refused,
        notSent,
        Quantiles.ofMicros(latency),
        students,
        pruned,
        degraded,
        labelled,
        correct);
  }
}
