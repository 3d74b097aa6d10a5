package dev.cohort.policy.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class LoadWindowTest {
  private static final long SECOND = Simulation.SECOND;

  @Test
  void eachSecondWeighsTheSame() {
    LoadWindow window =
        LoadWindow.of(10, 0).with(1, 0).with(10, SECOND).with(20, SECOND).with(30, 2 * SECOND - 1);
    assertThat(window.mean(10)).isEqualTo((1 + 20) / 2.0);
    assertThat(window.mean(1)).isEqualTo(20);
    assertThat(window.filled(10)).isEqualTo(2);
  }

  @Test
  void forgetsWhatIsOlderThanTheWindow() {
    LoadWindow window = LoadWindow.of(3, 0).with(9, 0).with(1, SECOND).with(2, 3 * SECOND);
    assertThat(window.mean(3)).isEqualTo(1.5);
    assertThat(window.at(100 * SECOND).filled(3)).isZero();
    assertThat(window.at(100 * SECOND).mean(3)).isZero();
    assertThat(window.with(4, Long.MAX_VALUE).mean(3)).isEqualTo(4);
  }

  @Test
  void isImmutableAndWorksWithAnyOriginOfTheClock() {
    LoadWindow window = LoadWindow.of(3, -5 * SECOND).with(6, -5 * SECOND);
    LoadWindow later = window.with(2, -4 * SECOND);
    assertThat(window.mean(3)).isEqualTo(6);
    assertThat(later.mean(3)).isEqualTo(4);
    assertThat(window)
        .isNotEqualTo(later)
        .isEqualTo(LoadWindow.of(3, -5 * SECOND).with(6, -5 * SECOND));
  }

  @Test
  void aClockThatGoesBackLosesNothing() {
    LoadWindow window = LoadWindow.of(3, 0).with(4, 5 * SECOND).with(8, 0);
    assertThat(window.mean(3)).isEqualTo(6);
  }
}
