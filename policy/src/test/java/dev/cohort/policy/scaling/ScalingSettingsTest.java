package dev.cohort.policy.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohort.policy.scaling.ScalingSettings.Band;
import dev.cohort.policy.scaling.ScalingSettings.Pace;
import dev.cohort.policy.scaling.ScalingSettings.Windows;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class ScalingSettingsTest {
  private static final Duration SECOND = Duration.ofSeconds(1);

  @Test
  void namesWhatIsOutOfRange() {
    assertThatThrownBy(() -> new Windows(Duration.ofSeconds(7), Duration.ofSeconds(6)))
        .hasMessage("panic must be PT1S to PT6S: PT7S");
    assertThatThrownBy(() -> new Windows(SECOND, Duration.ofHours(2)))
        .hasMessage("stable must be PT1S to PT1H: PT2H");
    assertThatThrownBy(() -> new Band(1.1, 0.1, 2))
        .hasMessage("target must be above 0.0 and at most 1.0: 1.1");
    assertThatThrownBy(() -> new Band(0.7, Double.NaN, 2))
        .hasMessage("dead must be at least 0 and below 1: NaN");
    assertThatThrownBy(() -> new Band(0.7, 1, 2)).hasMessageStartingWith("dead must");
    assertThatThrownBy(() -> new Band(0.7, 0.1, 1)).hasMessageStartingWith("panic must");
    assertThatThrownBy(() -> new Pace(0, 1, SECOND, SECOND, 2, SECOND))
        .hasMessage("stepUp must be at least 1: 0");
    assertThatThrownBy(() -> new Pace(1, 1, SECOND, SECOND, 1, SECOND))
        .hasMessage("flaps must be 2 to 100: 1");
    assertThatThrownBy(() -> new Pace(1, 1, SECOND, SECOND, 2, Duration.ZERO))
        .hasMessage("flapWindow must be PT1S to PT24H: PT0S");
  }

  @Test
  void boundsNameWhatIsOutOfRange() {
    assertThatThrownBy(() -> SeatBounds.of(0, 1)).hasMessage("min must be at least 1: 0");
    assertThatThrownBy(() -> SeatBounds.of(4, 3)).hasMessage("max must be at least 4: 3");
    assertThatThrownBy(() -> new SeatBounds(2, 4, 5, 9)).hasMessage("fallback must be 2 to 4: 5");
    assertThatThrownBy(() -> new Seats(-1, 0, 0)).hasMessage("ready must be at least 0: -1");
  }

  @Test
  void seatsOfAGpuBudget() {
    assertThat(SeatBounds.seatsWithin(7, 2)).isEqualTo(3);
    assertThat(SeatBounds.seatsWithin(0, 0)).isEqualTo(SeatBounds.NO_BUDGET);
  }

  @Test
  void reasonsHaveCodesThatKubernetesTakes() {
    assertThat(Arrays.stream(ScalingReason.values()).map(ScalingReason::code))
        .doesNotHaveDuplicates()
        .allMatch(code -> code.matches("[A-Z][A-Za-z]{2,62}"));
  }
}
