package dev.cohort.policy;

import static dev.cohort.policy.PriorityPolicy.LEVELS;
import static dev.cohort.policy.PriorityPolicy.LEVEL_NANOS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PriorityPolicyTest {
  private record Row(int level, long arrival) {
    long turn() {
      return PriorityPolicy.turn(level, arrival);
    }

    boolean leavesBefore(Row other) {
      return PriorityPolicy.compare(turn(), other.turn()) < 0;
    }
  }

  // Begins where the clock overflows.
  private static final long START = Long.MAX_VALUE - 5 * LEVEL_NANOS;

  private static Row random(Random random) {
    return new Row(1 + random.nextInt(LEVELS), START + random.nextLong(20 * LEVEL_NANOS));
  }

  @Test
  void ofTwoThatArriveTogetherTheMoreUrgentLeavesFirst() {
    for (int level = 1; level < LEVELS; level++) {
      assertThat(new Row(level, START).leavesBefore(new Row(level + 1, START))).isTrue();
    }
  }

  @Test
  void ofTwoOfOneLevelTheOlderLeavesFirst() {
    for (int level = 1; level <= LEVELS; level++) {
      assertThat(new Row(level, START).leavesBefore(new Row(level, START + 1))).isTrue();
    }
  }

  @Test
  void nobodyIsOvertakenByWhatArrivesMuchLater() {
    Random random = new Random(1);
    for (int trial = 0; trial < 10_000; trial++) {
      Row early = random(random);
      Row late = random(random);
      long later = late.arrival() - early.arrival();
      if (later >= 0 && late.leavesBefore(early)) {
        assertThat(late.level()).isLessThan(early.level());
        assertThat(later).isLessThan((early.level() - late.level()) * LEVEL_NANOS);
        assertThat(later).isLessThan((LEVELS - 1) * LEVEL_NANOS);
      }
    }
  }

  @Test
  void underAnEndlessStreamOfUrgentRowsTheOthersLeaveInBoundedTime() {
    List<Row> waiting = new ArrayList<>(List.of(new Row(LEVELS, START)));
    int left = 0;
    // Ten urgent rows a second arrive, and one row leaves for each that arrives.
    for (long arrival = START; waiting.contains(new Row(LEVELS, START)); left++) {
      arrival += LEVEL_NANOS / 10;
      waiting.add(new Row(1, arrival));
      waiting.sort(Comparator.comparing(Row::turn, PriorityPolicy::compare));
      waiting.removeFirst();
    }
    assertThat(left).isBetween(2, 10 * LEVELS);
  }

  @Test
  void orderIsTotal() {
    Random random = new Random(2);
    for (int trial = 0; trial < 10_000; trial++) {
      Row a = random(random);
      Row b = random(random);
      Row c = random(random);
      assertThat(PriorityPolicy.compare(a.turn(), b.turn()))
          .isEqualTo(-PriorityPolicy.compare(b.turn(), a.turn()));
      if (a.leavesBefore(b) && b.leavesBefore(c)) {
        assertThat(a.leavesBefore(c)).isTrue();
      }
    }
  }

  @Test
  void levelsAreBounded() {
    for (int level : List.of(0, -1, LEVELS + 1)) {
      assertThatThrownBy(() -> PriorityPolicy.turn(level, 0)).hasMessageContaining("" + level);
    }
  }
}
