package dev.cohort.aggregator.dispatch;

import dev.cohort.policy.BatchCost;
import dev.cohort.policy.BatchLimits;
import dev.cohort.policy.BatchPlanner;
import dev.cohort.policy.PriorityPolicy;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;

/**
 * The length-aware buffer: rows of all requests to one model, in the order of their turns. A batch
 * holds the row whose turn it is and those that the planner puts beside it, so no row waits for
 * more batches than there were rows with an earlier turn; {@link PriorityPolicy} bounds how long
 * such rows can arrive. Owned by the dispatch thread.
 */
final class RowBuffer {
  /** How many of the first rows are planned over; bounds the time of a plan. */
  static final int WINDOW = 128;

  // Jobs that have rows here, in the order of their arrival.
  private final SequencedMap<Job, Waiting> jobs = new LinkedHashMap<>();
  private final NavigableSet<QueuedRow> rows = new TreeSet<>(this::compare);
  private long arrivals;
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
    long turn = PriorityPolicy.turn(job.priority(), nowNanos);
    jobs.put(job, new Waiting(job.rows().size(), nowNanos, turn, ++arrivals));
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
    if (!jobs.containsKey(job)) {
      return;
    }
    for (int index = 0; index < job.rows().size(); index++) {
      remove(new QueuedRow(job, index, job.rows().get(index)));
    }
  }

  /** Jobs that have rows here. */
  List<Job> jobs() {
    return List.copyOf(jobs.keySet());
  }

  /** Jobs of the rows that a plan looks at. */
  Set<Job> first() {
    Set<Job> first = new LinkedHashSet<>();
    rows.stream().limit(WINDOW).forEach(row -> first.add(row.job()));
    return first;
  }

  /** The rows that should run now, which stay in the buffer; the buffer must not be empty. */
  List<QueuedRow> next(BatchCost cost, BatchLimits limits, int students) {
    QueuedRow first = rows.getFirst();
    List<QueuedRow> window =
        rows.stream().limit(WINDOW).sorted(Comparator.comparingInt(QueuedRow::length)).toList();
    int[] lengths = window.stream().mapToInt(QueuedRow::length).toArray();
    BatchPlanner.Batch batch =
        new BatchPlanner(cost, limits).next(lengths, students, window.indexOf(first));
    return window.subList(batch.from(), batch.to());
  }

  private int compare(QueuedRow one, QueuedRow other) {
    if (one.job() == other.job()) {
      return Integer.compare(one.index(), other.index());
    }
    return jobs.get(one.job()).compareTo(jobs.get(other.job()));
  }

  // A job that has no row here any more has no turn either.
  private void remove(QueuedRow row) {
    if (jobs.containsKey(row.job()) && rows.remove(row)) {
      tokens -= row.length();
      jobs.computeIfPresent(row.job(), (job, waiting) -> waiting.less());
    }
  }

  /** How many rows of a job are here, since when, and when they leave. */
  private record Waiting(int rows, long sinceNanos, long turn, long arrival)
      implements Comparable<Waiting> {
    @Override
    public int compareTo(Waiting other) {
      int byTurn = PriorityPolicy.compare(turn, other.turn);
      return byTurn == 0 ? Long.compare(arrival, other.arrival) : byTurn;
    }

    /** One row has left; null when that was the last, as maps want it. */
    private Waiting less() {
      return rows == 1 ? null : new Waiting(rows - 1, sinceNanos, turn, arrival);
    }
  }
}
