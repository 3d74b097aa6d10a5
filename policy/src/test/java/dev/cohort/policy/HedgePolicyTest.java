package dev.cohort.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohort.policy.HedgePolicy.Late;
import dev.cohort.policy.HedgePolicy.Settings;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HedgePolicyTest {

  private static final long MILLI = 1_000_000;
  private final HedgePolicy policy = new HedgePolicy(new Settings(0.7, 1_000 * MILLI, 0));

  private static Late late(long silentMillis, long leftMillis, long redoMillis) {
    return new Late(silentMillis * MILLI, leftMillis * MILLI, redoMillis * MILLI);
  }

  @Test
  void copiesEverythingWhileThereIsRoom() {
    assertThat(policy.copies(0.0, late(250, 10_000, 5))).isTrue();
    assertThat(policy.copies(0.69, late(250, 10_000, 5))).isTrue();
    assertThat(policy.copies(Double.NaN, late(250, 10_000, 5))).isTrue();
  }

  @Test
  void underLoadWaitsForTheLastChance() {
    assertThat(policy.copies(0.7, late(250, 10_000, 5))).isFalse();
    assertThat(policy.copies(3.0, late(250, 101, 50))).isFalse();
    assertThat(policy.copies(3.0, late(250, 100, 50))).isTrue();
    assertThat(policy.copies(3.0, late(250, -1, 0))).isTrue();
  }

  /** Else the last chance goes by between two looks. */
  @Test
  void lastChanceIsAskedAboutInTime() {
    var seldom = new HedgePolicy(new Settings(0.7, 1_000 * MILLI, 100 * MILLI));
    assertThat(seldom.copies(3.0, late(250, 111, 5))).isFalse();
    assertThat(seldom.copies(3.0, late(250, 110, 5))).isTrue();
  }

  @Test
  void whatAStoppedSeatHasIsCopiedWhateverTheLoad() {
    assertThat(policy.copies(3.0, late(999, 10_000, 5))).isFalse();
    assertThat(policy.copies(3.0, late(1_000, 10_000, 5))).isTrue();
  }

  @Test
  void thresholdOfZeroCountsNothingAsIdle() {
    var sparing = new HedgePolicy(new Settings(0, 1_000 * MILLI, 0));
    assertThat(sparing.copies(0.0, late(250, 10_000, 5))).isFalse();
  }

  @Test
  void lessLoadLessTimeAndLongerSilenceNeverTakeACopyBack() {
    var random = new Random(3);
    for (int trial = 0; trial < 10_000; trial++) {
      double load = random.nextDouble(2);
      var now = late(random.nextLong(2_000), random.nextLong(500), random.nextLong(200));
      if (policy.copies(load, now)) {
        var later = new Late(now.silentNanos() + MILLI, now.leftNanos() - MILLI, now.redoNanos());
        assertThat(policy.copies(load, later)).isTrue();
        assertThat(policy.copies(load / 2, now)).isTrue();
      }
    }
  }

  @Test
  void refusesSettingsOutOfRange() {
    assertThatThrownBy(() -> new Settings(Double.NaN, 1, 0)).hasMessageContaining("below NaN");
    assertThatThrownBy(() -> new Settings(1, -1, 0)).hasMessageContaining("-1 ns");
    assertThatThrownBy(() -> new Settings(1, 1, -2)).hasMessageContaining("-2 ns");
  }
}
