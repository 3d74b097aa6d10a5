package dev.cohort.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.cohort.policy.BatchPlanner.Batch;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchPlannerTest {

  private static final BatchCost PADDED = (_, _, rows, longest) -> 0.4 + 0.02 * longest * rows;

  @Test
  void plansThePublishedExample() {
    var planner = new BatchPlanner(PADDED, new BatchLimits(32, 10_000));

    var plan = planner.plan(new int[] {17, 18, 52, 63, 77}, 1);

    assertThat(plan).extracting(Batch::from).containsExactly(0, 2, 4);
    assertThat(plan).extracting(Batch::to).containsExactly(2, 4, 5);
    assertThat(plan.stream().mapToDouble(Batch::micros).sum()).isCloseTo(5.98, within(1e-9));
  }

  @Test
  void isOptimalAgainstBruteForce() {
    var random = new Random(20_10_05680);
    for (int trial = 0; trial < 10_000; trial++) {
      int[] lengths = random.ints(random.nextInt(1, 10), 1, 129).sorted().toArray();
      var limits = new BatchLimits(random.nextInt(1, 8), random.nextInt(64, 600));
      BatchCost cost = randomCost(random);
      int students = random.nextInt(1, 5);

      var plan = new BatchPlanner(cost, limits).plan(lengths, students);

      double total = plan.stream().mapToDouble(Batch::micros).sum();
      assertThat(total)
          .as("lengths %s, limits %s", Arrays.toString(lengths), limits)
          .isCloseTo(cheapest(lengths, 0, students, cost, limits), within(1e-9));
    }
  }

  @Test
  void coversEveryRowOnceAndKeepsTheLimits() {
    var random = new Random(7);
    for (int trial = 0; trial < 1_000; trial++) {
      int[] lengths = random.ints(random.nextInt(1, 200), 1, 513).sorted().toArray();
      var limits = new BatchLimits(random.nextInt(1, 33), random.nextInt(1, 4096));

      int next = 0;
      for (Batch batch : new BatchPlanner(randomCost(random), limits).plan(lengths, 4)) {
        assertThat(batch.from()).isEqualTo(next);
        assertThat(batch.rows()).isBetween(1, limits.rows());
        int tokens = Arrays.stream(lengths, batch.from(), batch.to()).sum();
        assertThat(batch.rows() == 1 || tokens <= limits.tokens()).isTrue();
        next = batch.to();
      }
      assertThat(next).isEqualTo(lengths.length);
    }
  }

  @Test
  void runsTheBatchOfTheMostUrgentRowFirst() {
    var planner = new BatchPlanner(PADDED, new BatchLimits(32, 10_000));
    int[] lengths = {17, 18, 52, 63, 77};

    assertThat(planner.next(lengths, 1, 3))
        .extracting(Batch::from, Batch::to)
        .containsExactly(2, 4);
    assertThat(planner.next(lengths, 1, 4))
        .extracting(Batch::from, Batch::to)
        .containsExactly(4, 5);
    assertThatThrownBy(() -> planner.next(lengths, 1, 5)).hasMessageContaining("urgent row 5");
  }

  @Test
  void refusesAnUnsortedQueue() {
    var planner = new BatchPlanner(PADDED, new BatchLimits(4, 100));

    assertThat(planner.plan(new int[0], 1)).isEmpty();
    assertThatThrownBy(() -> planner.plan(new int[] {5, 4}, 1))
        .hasMessageContaining("got 4 after 5");
    assertThatThrownBy(() -> planner.plan(new int[] {0}, 1)).hasMessageContaining("got 0");
  }

  private static BatchCost randomCost(Random random) {
    double fixed = random.nextDouble(5);
    double token = random.nextDouble(0.1);
    double cell = random.nextDouble(0.001);
    return (students, tokens, rows, longest) ->
        fixed + students * (token * tokens + cell * rows * longest * longest);
  }

  private static double cheapest(
      int[] lengths, int from, int students, BatchCost cost, BatchLimits limits) {
    if (from == lengths.length) {
      return 0;
    }
    double best = Double.POSITIVE_INFINITY;
    int tokens = 0;
    for (int to = from + 1; to <= Math.min(lengths.length, from + limits.rows()); to++) {
      tokens += lengths[to - 1];
      if (to - from > 1 && tokens > limits.tokens()) {
        break;
      }
      double first = cost.micros(students, tokens, to - from, lengths[to - 1]);
      best = Math.min(best, first + cheapest(lengths, to, students, cost, limits));
    }
    return best;
  }
}
