package dev.cohort.benchmarks.dataplane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

final class LineTest {
  @Test
  void goesThroughPoints() {
    Line line = new Line();
    line.add(1, 12);
    line.add(2, 18);
    line.add(2, 16);
    line.add(3, 22);
    assertEquals(5, line.slope(), 1e-9);
    assertEquals(7, line.at(0), 1e-9);
  }

  @Test
  void needsTwoPlaces() {
    Line line = new Line();
    line.add(1, 12);
    assertTrue(Double.isNaN(line.slope()));
  }
}
