package dev.cohort.policy.rollout;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.policy.rollout.RolloutPolicy.Phase;
import dev.cohort.policy.rollout.RolloutPolicy.Situation;
import dev.cohort.policy.rollout.RolloutPolicy.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RolloutPolicyTest {
  private static final int NO_BUDGET = Integer.MAX_VALUE;

  @Test
  void surgesByOneAndWaitsForIt() {
    Step first = RolloutPolicy.next(at(List.of(4), List.of(0), List.of(0), 0, false, NO_BUDGET));
    assertEquals(
        new Step(Phase.SURGE, List.of(4), List.of(1), 2, 2), first, "one more, none taken away");
    assertEquals(
        first,
        RolloutPolicy.next(at(List.of(4), List.of(1), List.of(0), 0, false, NO_BUDGET)),
        "not ready: nothing more");
    assertEquals(
        new Step(Phase.SURGE, List.of(3), List.of(2), 2, 2),
        RolloutPolicy.next(at(List.of(4), List.of(1), List.of(1), 1, false, NO_BUDGET)));
  }

  @Test
  void switchesAtHalfWhenTheAggregatorsAreReady() {
    assertEquals(
        Phase.SURGE,
        RolloutPolicy.next(at(List.of(4), List.of(2), List.of(2), 1, false, NO_BUDGET)).phase());
    assertEquals(
        new Step(Phase.SWITCH, List.of(2), List.of(3), 2, 2),
        RolloutPolicy.next(at(List.of(4), List.of(2), List.of(2), 2, false, NO_BUDGET)));
  }

  @Test
  void oldAggregatorsKeepTheirSeatsUntilTheyAreGone() {
    Situation draining =
        new Situation(List.of(4), List.of(2), List.of(2), 2, 2, 1, true, NO_BUDGET);
    assertEquals(
        new Step(Phase.SWITCH, List.of(2), List.of(3), 0, 2), RolloutPolicy.next(draining));
    Situation gone = new Situation(List.of(4), List.of(2), List.of(2), 2, 2, 0, true, NO_BUDGET);
    assertEquals(new Step(Phase.FINISH, List.of(0), List.of(4), 0, 2), RolloutPolicy.next(gone));
  }

  @Test
  void withoutRoomTheLastPoolsGiveWay() {
    Step step =
        RolloutPolicy.next(at(List.of(1, 1, 1), List.of(0, 0, 0), List.of(0, 0, 0), 0, false, 4));
    assertEquals(List.of(1, 1, 1), step.next());
    assertEquals(List.of(1, 0, 0), step.old());
  }

  @Test
  void poolsMustFit() {
    assertThrows(
        IllegalArgumentException.class,
        () -> at(List.of(1, 1), List.of(0), List.of(0), 0, false, NO_BUDGET));
  }

  /** From the first step to the last, with every pod ready one step after it was asked for. */
  @ParameterizedTest
  @CsvSource({"1, 1000", "2, 1000", "3, 1000", "4, 1000", "9, 1000", "4, 4", "1, 1"})
  void comesToAnEndAndNeverAsksForTooMuch(int wanted, int budget) {
    List<Integer> next = new ArrayList<>(Collections.nCopies(1, 0));
    List<Integer> ready = next;
    int readyAggregators = 0;
    int oldAggregators = 2;
    boolean switched = false;
    for (int turn = 0; turn < 100; turn++) {
      Step step =
          RolloutPolicy.next(
              new Situation(
                  List.of(wanted),
                  next,
                  ready,
                  2,
                  readyAggregators,
                  oldAggregators,
                  switched,
                  budget));
      int seats = step.old().getFirst() + step.next().getFirst();
      assertTrue(seats <= Math.min(budget, wanted + 1), "seats " + seats);
      assertTrue(
          budget <= wanted || step.phase() == Phase.FINISH || seats >= wanted, "seats " + seats);
      ready = next;
      next = step.next();
      readyAggregators = step.newAggregators();
      oldAggregators = step.oldAggregators();
      switched = step.phase() != Phase.SURGE;
      if (step.phase() == Phase.FINISH) {
        assertEquals(List.of(wanted), next);
        return;
      }
    }
    throw new AssertionError("no end after 100 steps");
  }

  private static Situation at(
      List<Integer> wanted,
      List<Integer> next,
      List<Integer> ready,
      int readyAggregators,
      boolean switched,
      int budget) {
    return new Situation(wanted, next, ready, 2, readyAggregators, 2, switched, budget);
  }
}
