package dev.cohort.benchmarks.faults;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ShapesTest {
  @Test
  void allAreDifferentAndBounded() {
    List<int[]> shapes = Shapes.distinct(10_000, 64, 1);
    long different =
        shapes.stream().map(s -> Arrays.stream(s).sorted().boxed().toList()).distinct().count();
    assertEquals(10_000, different);
    for (int[] lengths : shapes) {
      assertTrue(lengths.length >= 1 && lengths.length <= 24);
      assertTrue(Arrays.stream(lengths).allMatch(length -> length >= 3 && length <= 64));
      assertTrue(Arrays.stream(lengths).sum() <= 640);
    }
  }

  @Test
  void theSameSeedGivesTheSame() {
    assertArrayEquals(
        Shapes.distinct(20, 64, 5).toArray(int[][]::new),
        Shapes.distinct(20, 64, 5).toArray(int[][]::new));
  }
}
