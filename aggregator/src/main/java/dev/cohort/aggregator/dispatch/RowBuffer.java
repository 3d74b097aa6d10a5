package dev.cohort.aggregator.dispatch;

import dev.cohort.policy.BatchCost;
import dev.cohort.policy.BatchLimits;
import dev.cohort.policy.BatchPlanner;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.SequencedSet;

/**
 * The length-aware buffer: rows of all requests to one model, in the order of their arrival. A
 * batch holds the oldest row and those that the planner puts beside it, so no row waits for more
 * batches than there were older rows. Owned by the dispatch thread.
 */
final class RowBuffer {
  /** How many of the oldest rows are planned over; bounds the time of a plan. */
  static final int WINDOW = 128;

  private final SequencedSet<QueuedRow> rows = new LinkedHashSet<>();
  // Jobs that have rows here, in the order of their arrival.
  private final SequencedMap<Job, Waiting> jobs = new LinkedHashMap<>();
  private long tokens;

  boolean isEmpty() {
    return rows.isEmpty();
  }

  int size() {
    return rows.size();
  }

  long tokens() {
    return tokens;
  }

  /** Requests that have rows here. */
  int requests() {
    return jobs.size();
  }

  /** How long the oldest of them has been here; 0 when there is none. */
  long oldestNanos(long nowNanos) {
    return jobs.isEmpty() ? 0 : nowNanos - jobs.firstEntry().getValue().sinceNanos();
  }

  /** Time until the nearest deadline of those that wait; {@code Long.MAX_VALUE} without any. */
  long nearestDeadlineNanos(long nowNanos) {
    return jobs.keySet().stream()
        .mapToLong(job -> job.deadlineNanos() - nowNanos)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  void add(Job job, long nowNanos) {
    jobs.put(job, new Waiting(job.rows().size(), nowNanos));
    for (int index = 0; index < job.rows().size(); index++) {
      rows.add(new QueuedRow(job, index, job.rows().get(index)));
    }
    tokens += job.tokens();
  }

  void removeAll(Collection<QueuedRow> sent) {
    for (QueuedRow row : sent) {
      remove(row);
    }
  }

  void remove(Job job) {
    for (int index = 0; index < job.rows().size(); index++) {
      remove(new QueuedRow(job, index, job.rows().get(index)));
    }
  }

  /** Jobs that have rows here. */
  List<Job> jobs() {
    return List.copyOf(jobs.keySet());
  }

  /** The rows that should run now, which stay in the buffer; the buffer must not be empty. */
  List<QueuedRow> next(BatchCost cost, BatchLimits limits, int students) {
    QueuedRow oldest = rows.getFirst();
    List<QueuedRow> window =
        rows.stream().limit(WINDOW).sorted(Comparator.comparingInt(QueuedRow::length)).toList();
    int[] lengths = window.stream().mapToInt(QueuedRow::length).toArray();
    BatchPlanner.Batch batch =
        new BatchPlanner(cost, limits).next(lengths, students, window.indexOf(oldest));
    return window.subList(batch.from(), batch.to());
  }

  private void remove(QueuedRow row) {
    if (rows.remove(row)) {
      tokens -= row.length();
      jobs.computeIfPresent(row.job(), (job, waiting) -> waiting.less());
    }
  }

  /** How many rows of a job are here, and since when. */
  private record Waiting(int rows, long sinceNanos) {
    /** One row has left; null when that was the last, as maps want it. */
    private Waiting less() {
      return rows == 1 ? null : new Waiting(rows - 1, sinceNanos);
    }
  }
}
