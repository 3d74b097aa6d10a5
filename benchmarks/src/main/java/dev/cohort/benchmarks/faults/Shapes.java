package dev.cohort.benchmarks.faults;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Distinct shapes of requests: the lengths of their rows in tokens. Stateless. */
final class Shapes {
  /** Keeps one request well below a second of one core. */
  private static final int MOST_TOKENS = 640;

  private static final int MOST_ROWS = 24;
  private static final int SHORTEST = 3;

  private Shapes() {}

  /**
   * So many shapes, no two alike; short ones are more frequent, as in real texts.
   *
   * @param longest tokens of a row
   */
  static List<int[]> distinct(int count, int longest, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Set<List<Integer>> seen = new HashSet<>();
    List<int[]> shapes = new ArrayList<>();
    while (shapes.size() < count) {
      int[] lengths = lengths(random, longest);
      if (seen.add(Arrays.stream(lengths).sorted().boxed().toList())) {
        shapes.add(lengths);
      }
    }
    return List.copyOf(shapes);
  }

  private static int[] lengths(SplittableRandom random, int longest) {
    int rows = between(1, MOST_ROWS, random);
    int most = Math.max(SHORTEST, Math.min(longest, MOST_TOKENS / rows));
    return IntStream.range(0, rows).map(row -> between(SHORTEST, most, random)).toArray();
  }

  /** Evenly in the logarithm. */
  private static int between(int least, int most, SplittableRandom random) {
    double logarithm = random.nextDouble(Math.log(least), Math.log(most + 1));
    return Math.clamp((int) Math.exp(logarithm), least, most);
  }
}
