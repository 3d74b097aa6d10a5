package dev.cohort.policy.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohort.policy.scaling.BurstSignal.Absent;
import dev.cohort.policy.scaling.BurstSignal.Delay;
import dev.cohort.policy.scaling.BurstSignal.Fresh;
import dev.cohort.policy.scaling.BurstSignal.Stale;
import dev.cohort.policy.scaling.BurstSignal.Work;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BurstSignalTest {
  private static final Reading GOOD = new Reading(2e6, 1e6, 0.5, 30_000, 1_000, 50_000, 3, 4);

  private static Fresh fresh(double offered, double drain, int prefix) {
    return new Fresh(new Work(offered, 1e6, 0.25), new Delay(drain, 10, 50_000), prefix, 4);
  }

  @Test
  void agesFromFreshToStaleToAbsent() {
    assertThat(GOOD.at(0)).isInstanceOf(Fresh.class);
    assertThat(GOOD.at(3_000_000_000L)).isInstanceOf(Fresh.class);
    assertThat(GOOD.at(3_000_000_001L)).isEqualTo(new Stale());
    assertThat(GOOD.at(60_000_000_000L)).isEqualTo(new Stale());
    assertThat(GOOD.at(60_000_000_001L)).isEqualTo(new Absent());
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -1})
  void aFigureThatIsNoneIsAbsent(double bad) {
    assertThat(
            List.of(
                new Reading(bad, 1e6, 0.5, 1, 1, 1, 3, 4),
                new Reading(1, bad, 0.5, 1, 1, 1, 3, 4),
                new Reading(1, 1e6, bad, 1, 1, 1, 3, 4),
                new Reading(1, 1e6, 0.5, bad, 1, 1, 3, 4),
                new Reading(1, 1e6, 0.5, 1, bad, 1, 3, 4),
                new Reading(1, 1e6, 0.5, 1, 1, bad, 3, 4),
                new Reading(1, 0, 0.5, 1, 1, 1, 3, 4),
                new Reading(1, 1e6, 0.5, 1, 1, 0, 3, 4),
                new Reading(1, 1e6, 0.5, 1, 1, 1, 0, 4),
                new Reading(1, 1e6, 0.5, 1, 1, 1, 5, 4)))
        .allSatisfy(reading -> assertThat(reading.at(0)).isEqualTo(new Absent()));
  }

  @Test
  void freshRefusesWhatIsNoFigure() {
    assertThatThrownBy(() -> new Work(Double.NaN, 1e6, 0))
        .hasMessage("offeredMicros must be finite and at least 0: NaN");
    assertThatThrownBy(() -> new Work(0, Double.NaN, 0)).hasMessageStartingWith("seatMicros must");
    assertThatThrownBy(() -> new Delay(Double.NaN, 0, 1)).hasMessageStartingWith("drainMicros");
    assertThatThrownBy(() -> fresh(1, 1, 5)).hasMessage("prefix must be 1 to 4: 5");
  }

  @Test
  void aBurstIsAPrefixOrADelayBeyondItsLimit() {
    assertThat(fresh(1e6, 50_000, 4).isBurst()).isFalse();
    assertThat(fresh(1e6, 50_001, 4).isBurst()).isTrue();
    assertThat(fresh(1e6, 0, 3).isBurst()).isTrue();
    assertThat(new Fresh(new Work(1, 1e6, 0), new Delay(0, 50_001, 50_000), 4, 4).isBurst())
        .isTrue();
  }

  @Test
  void addsUpAggregators() {
    assertThat(BurstSignal.combined(List.of(fresh(1e6, 20_000, 4), fresh(2e6, 30_000, 2))))
        .isEqualTo(new Fresh(new Work(3e6, 1e6, 0.5), new Delay(50_000, 10, 50_000), 2, 4));
  }

  @Test
  void anAggregatorWithoutSignalsIsLeftOutAndAStaleOneMakesAllStale() {
    Fresh one = fresh(1e6, 0, 4);
    assertThat(BurstSignal.combined(List.of())).isEqualTo(new Absent());
    assertThat(BurstSignal.combined(List.of(new Absent(), one, new Absent()))).isEqualTo(one);
    assertThat(BurstSignal.combined(List.of(one, new Stale(), one))).isEqualTo(new Stale());
    assertThat(BurstSignal.combined(List.of(new Absent(), new Stale()))).isEqualTo(new Stale());
  }
}
