package dev.cohort.benchmarks.load;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class SamplesTest {
  @Test
  void givesQuantilesOfAllThatWasTaken() {
    Samples samples = new Samples();
    LongStream.rangeClosed(0, 100)
        .map(time -> 100 - time)
        .forEach(time -> samples.add(time * 1000));
    Samples more = new Samples();
    LongStream.range(0, 5000).forEach(time -> more.add(50_000));
    assertEquals(0.050, samples.millis(0.5));
    assertEquals(0.099, samples.millis(0.99));
    samples.addAll(more);
    assertEquals(5101, samples.count());
    assertEquals(0, samples.millis(0));
    assertEquals(0.050, samples.millis(0.9));
    assertEquals(0.100, samples.millis(1));
  }

  @Test
  void hasNoQuantileOfNothing() {
    Samples samples = new Samples();
    samples.add(1);
    samples.clear();
    assertTrue(Double.isNaN(samples.millis(0.5)));
  }
}
