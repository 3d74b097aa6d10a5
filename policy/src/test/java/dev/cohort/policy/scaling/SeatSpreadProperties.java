package dev.cohort.policy.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

final class SeatSpreadProperties {
  @Property(tries = 200)
  void isEvenAndTheFirstHaveTheRest(
      @ForAll @IntRange(max = 1_000) int total, @ForAll @IntRange(min = 1, max = 32) int students) {
    List<Integer> seats = SeatSpread.even(total, students);
    assertThat(seats).hasSize(students).isSortedAccordingTo(Comparator.reverseOrder());
    assertThat(seats.stream().mapToInt(Integer::intValue).sum()).isEqualTo(total);
    assertThat(Collections.max(seats) - Collections.min(seats)).isBetween(0, 1);
  }

  @Property(tries = 200)
  void oneSeatMoreChangesOneStudent(
      @ForAll @IntRange(max = 1_000) int total, @ForAll @IntRange(min = 1, max = 32) int students) {
    List<Integer> before = SeatSpread.even(total, students);
    List<Integer> after = SeatSpread.even(total + 1, students);
    assertThat(IntStream.range(0, students).filter(k -> !before.get(k).equals(after.get(k))))
        .hasSize(1);
  }

  @Example
  void examples() {
    assertThat(SeatSpread.even(6, 4)).containsExactly(2, 2, 1, 1);
    assertThat(SeatSpread.even(1, 4)).containsExactly(1, 0, 0, 0);
    assertThatThrownBy(() -> SeatSpread.even(3, 0)).hasMessage("students must be at least 1: 0");
    assertThatThrownBy(() -> SeatSpread.even(-1, 2)).hasMessage("total must be at least 0: -1");
  }
}
