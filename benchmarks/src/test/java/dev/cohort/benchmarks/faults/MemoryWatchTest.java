package dev.cohort.benchmarks.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class MemoryWatchTest {
  @Test
  void theFirstThirdDoesNotCount() {
    long[] bytes = LongStream.range(0, 90).map(i -> i < 30 ? i : 100).toArray();
    assertEquals(0, MemoryWatch.growthPercent(bytes));
  }

  @Test
  void steadyGrowthShows() {
    // Medians of samples 30..39 and 80..89.
    long[] bytes = LongStream.range(0, 90).map(i -> 1000 + 10 * i).toArray();
    assertEquals(100.0 * (1850.0 / 1350 - 1), MemoryWatch.growthPercent(bytes), 1e-9);
  }

  @Test
  void tooFewSamplesSayNothing() {
    assertTrue(Double.isNaN(MemoryWatch.growthPercent(new long[8])));
  }

  @Test
  void readsTheResidentSize() {
    assertEquals(
        2048L * 1024, MemoryWatch.resident(List.of("VmHWM:\t 9999 kB", "VmRSS:\t    2048 kB")));
  }
}
