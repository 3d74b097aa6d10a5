package dev.cohort.aggregator.dispatch;

import dev.cohort.policy.BatchCost;
import dev.cohort.policy.BatchLimits;
import dev.cohort.policy.BatchPlanner;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
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

  void add(Job job) {
    for (int index = 0; index < job.rows().size(); index++) {
      rows.add(new QueuedRow(job, index, job.rows().get(index)));
    }
    tokens += job.tokens();
  }

  void removeAll(Collection<QueuedRow> sent) {
    for (QueuedRow row : sent) {
      if (rows.remove(row)) {
        tokens -= row.length();
      }
    }
  }

  void remove(Job job) {
    for (int index = 0; index < job.rows().size(); index++) {
      QueuedRow row = new QueuedRow(job, index, job.rows().get(index));
      if (rows.remove(row)) {
        tokens -= row.length();
      }
    }
  }

  /** Jobs that have rows here. */
  List<Job> jobs() {
    return rows.stream().map(QueuedRow::job).distinct().toList();
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
}
