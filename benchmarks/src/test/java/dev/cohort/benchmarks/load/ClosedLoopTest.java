package dev.cohort.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.cli.CommandException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ClosedLoopTest {
  private final ExecutorService answerer = Executors.newSingleThreadExecutor();

  @AfterEach
  void close() {
    answerer.shutdownNow();
  }

  @Test
  void keepsAsManyOnTheirWayAsAsked() throws InterruptedException {
    AtomicInteger inFlight = new AtomicInteger();
    Set<Integer> seen = ConcurrentHashMap.newKeySet();
    Set<Integer> numbers = ConcurrentHashMap.newKeySet();
    ClosedLoop.Outcome outcome =
        ClosedLoop.run(
            number -> {
              numbers.add(number);
              seen.add(inFlight.incrementAndGet());
              return CompletableFuture.runAsync(inFlight::decrementAndGet, answerer);
            },
            3,
            Duration.ofMillis(50));
    assertEquals(numbers.size(), outcome.latencies().count());
    assertTrue(numbers.size() >= 3, numbers::toString);
    assertTrue(seen.stream().allMatch(count -> count <= 3), seen::toString);
    assertEquals(outcome.latencies().count() / outcome.seconds(), outcome.perSecond());
  }

  @Test
  void endsWithTheFirstFailure() {
    CommandException failure =
        assertThrows(
            CommandException.class,
            () ->
                ClosedLoop.run(
                    number ->
                        CompletableFuture.runAsync(
                            () -> {
                              throw new IllegalStateException("no seat");
                            },
                            answerer),
                    2,
                    Duration.ofMinutes(1)));
    assertTrue(failure.getMessage().contains("no seat"), failure.getMessage());
  }
}
