package dev.cohort.benchmarks.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PaddedQueueTest {
  private static final long HOUR = Duration.ofHours(1).toNanos();
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final List<Integer> late = new ArrayList<>();

  private PaddedQueue.Entry entry(int id, long leftNanos) {
    return new PaddedQueue.Entry(
        new int[] {id}, System.nanoTime() + leftNanos, vector -> {}, () -> late.add(id));
  }

  private static List<Integer> ids(List<PaddedQueue.Entry> batch) {
    return batch.stream().map(entry -> entry.ids()[0]).toList();
  }

  @Test
  void aFullBatchLeavesAtOnceInTheOrderOfArrival() throws InterruptedException {
    PaddedQueue queue = new PaddedQueue(2, HOUR, 1);
    for (int id = 1; id <= 4; id++) {
      assertTrue(queue.offer(entry(id, HOUR), HOUR));
    }
    assertEquals(List.of(1, 2), ids(queue.take()));
    assertEquals(List.of(3, 4), ids(queue.take()));
  }

  @Test
  void aPartLeavesAfterTheWindow() throws InterruptedException {
    PaddedQueue queue = new PaddedQueue(8, 1, 1);
    queue.offer(entry(1, HOUR), HOUR);
    assertEquals(List.of(1), ids(queue.take()));
  }

  @Test
  void whatIsLateIsToldAndNotRun() throws InterruptedException {
    PaddedQueue queue = new PaddedQueue(2, 1, 1);
    queue.offer(entry(1, -1), HOUR);
    queue.offer(entry(2, HOUR), HOUR);
    assertEquals(List.of(2), ids(queue.take()));
    assertEquals(List.of(1), late);
  }

  @Test
  void refusesWhatCannotBeAnsweredInTime() throws InterruptedException {
    PaddedQueue queue = new PaddedQueue(2, HOUR, 2);
    assertTrue(queue.offer(entry(1, SECOND), SECOND), "nothing is known yet");
    queue.offer(entry(2, SECOND), SECOND);
    queue.take();
    queue.took(2, 8 * SECOND);
    // Each row takes 4 s.
    assertTrue(queue.offer(entry(3, HOUR), SECOND), "nothing is done: it is tried");
    // With a batch of two, three rows on two lanes: 6 s, which is 80 % of 7.5 s.
    assertFalse(queue.offer(entry(4, SECOND), 74 * SECOND / 10));
    assertTrue(queue.offer(entry(5, SECOND), 76 * SECOND / 10));
    assertFalse(queue.offer(entry(6, SECOND), 76 * SECOND / 10), "one row more waits now");
  }
}
