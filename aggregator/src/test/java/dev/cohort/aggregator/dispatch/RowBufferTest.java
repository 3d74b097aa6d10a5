package dev.cohort.aggregator.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.aggregator.TinyPackage;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.observability.TraceSpan;
import dev.cohort.packages.Package;
import dev.cohort.packages.TextTokenizer;
import dev.cohort.packages.TokenRow;
import dev.cohort.policy.BatchCost;
import dev.cohort.policy.BatchLimits;
import dev.cohort.policy.PriorityPolicy;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RowBufferTest {
  private static final BatchLimits LIMITS = new BatchLimits(64, 1000);
  private static final BatchCost PADDED =
      (students, tokens, rows, longest) -> 0.4 + 0.02 * longest * rows;
  private static TextTokenizer tokenizer;
  private static ServedModel model;

  private final RowBuffer buffer = new RowBuffer();

  @BeforeAll
  static void openPackage() throws IOException {
    Package tiny = TinyPackage.open();
    tokenizer = tiny.tokenizer();
    model = new ServedModel(tiny.manifest(), tokenizer, 64);
  }

  @AfterAll
  static void closePackage() {
    tokenizer.close();
  }

  private static Job job(int... lengths) {
    return job(PriorityPolicy.DEFAULT_LEVEL, lengths);
  }

  private static Job job(int priority, int[] lengths) {
    List<TokenRow> rows =
        Arrays.stream(lengths).mapToObj(length -> TokenRow.of(new int[length])).toList();
    return new Job(model, rows, 1, priority, 0, TraceSpan.NONE, () -> {});
  }

  private List<Integer> next() {
    List<QueuedRow> rows = buffer.next(PADDED, LIMITS, 1);
    buffer.removeAll(rows);
    return rows.stream().map(QueuedRow::length).toList();
  }

  @Test
  void rowsOfAllJobsArePlannedByTheirLengths() {
    buffer.add(job(63, 17), 0);
    buffer.add(job(52, 77), 0);
    buffer.add(job(18), 0);
    assertEquals(227, buffer.tokens());
    assertEquals(List.of(52, 63), next());
    assertEquals(List.of(17, 18), next());
    assertEquals(List.of(77), next());
    assertTrue(buffer.isEmpty());
    assertEquals(0, buffer.tokens());
  }

  @Test
  void oldestRowAlwaysLeavesFirst() {
    buffer.add(job(90), 0);
    for (int i = 0; i < 2 * RowBuffer.WINDOW; i++) {
      buffer.add(job(10), 0);
    }
    assertTrue(next().contains(90));
  }

  @Test
  void urgentRowLeavesFirstAndTakesAlongWhatFits() {
    buffer.add(job(8, new int[] {60}), 0);
    buffer.add(job(4, new int[] {10}), 0);
    buffer.add(job(1, new int[] {61}), 0);
    assertEquals(List.of(60, 61), next());
    assertEquals(List.of(10), next());
  }

  @Test
  void rowThatHasWaitedLongLeavesBeforeUrgentOnes() {
    buffer.add(job(8, new int[] {90}), 0);
    buffer.add(job(1, new int[] {10}), 7 * PriorityPolicy.LEVEL_NANOS + 1);
    assertEquals(List.of(90), next());
  }

  @Test
  void jobThatWasNeverHereIsNotRemoved() {
    buffer.add(job(5), 0);
    buffer.remove(job(5));
    assertEquals(5, buffer.tokens());
  }

  @Test
  void removedJobLeavesNothing() {
    Job gone = job(5, 6);
    buffer.add(gone, 0);
    buffer.add(job(7), 0);
    buffer.remove(gone);
    assertEquals(7, buffer.tokens());
    assertEquals(List.of(7), next());
  }

  @Test
  void knowsHowManyRequestsWaitAndSinceWhen() {
    Job first = job(5, 5);
    RowBuffer waiting = new RowBuffer();
    assertEquals(0, waiting.oldestNanos(100));
    waiting.add(first, 10);
    waiting.add(job(9), 30);
    assertEquals(2, waiting.requests());
    assertEquals(90, waiting.oldestNanos(100));
    waiting.removeAll(List.of(new QueuedRow(first, 0, first.rows().get(0))));
    assertEquals(2, waiting.requests());
    waiting.removeAll(List.of(new QueuedRow(first, 1, first.rows().get(1))));
    assertEquals(1, waiting.requests());
    assertEquals(70, waiting.oldestNanos(100));
  }
}
