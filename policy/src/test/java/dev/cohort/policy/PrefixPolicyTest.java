package dev.cohort.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohort.policy.PrefixPolicy.Bounds;
import dev.cohort.policy.PrefixPolicy.Load;
import dev.cohort.policy.PrefixPolicy.Settings;
import dev.cohort.policy.PrefixPolicy.State;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PrefixPolicyTest {

  private static final long SECOND = 1_000_000_000L;
  private static final Bounds ONE_TO_FOUR = new Bounds(1, 4);
  private final PrefixPolicy policy = new PrefixPolicy(new Settings(50_000, SECOND, 0.5, 0.85));

  /** Drain time in milliseconds of one student; k students take k times as long. */
  private static Load load(double studentMillis, double studentBusy) {
    return new Load(k -> k * studentMillis * 1_000, k -> k * studentBusy);
  }

  @Test
  void followsABurst() {
    new Timeline()
        .at(0.0)
        .load(2, 0.1)
        .expect(4)
        .at(0.1)
        .load(20, 0.6)
        .expect(2)
        .at(0.2)
        .load(60, 1.9)
        .expect(1)
        .at(0.3)
        .load(200, 1.9)
        .expect(1)
        .at(5.0)
        .load(2, 0.1)
        .expect(1)
        .at(5.9)
        .load(2, 0.1)
        .expect(1)
        .at(6.0)
        .load(2, 0.1)
        .expect(2)
        .at(6.5)
        .load(2, 0.1)
        .expect(2)
        .at(7.0)
        .load(2, 0.1)
        .expect(3)
        .at(8.0)
        .load(2, 0.1)
        .expect(4)
        .at(9.0)
        .load(2, 0.1)
        .expect(4);
  }

  @Test
  void aBusyMomentStartsTheQuietWindowAnew() {
    new Timeline()
        .at(0.0)
        .load(30, 0.9)
        .expect(1)
        .at(1.0)
        .load(1, 0.1)
        .expect(1)
        .at(1.9)
        .load(15, 0.1)
        .expect(1)
        .at(2.5)
        .load(1, 0.1)
        .expect(1)
        .at(3.4)
        .load(1, 0.1)
        .expect(1)
        .at(3.5)
        .load(1, 0.1)
        .expect(2);
  }

  @Test
  void doesNotRestoreIntoAnArrivalRateThatTheLargerPrefixCannotCarry() {
    new Timeline()
        .at(0.0)
        .load(40, 0.5)
        .expect(1)
        .at(1.0)
        .load(1, 0.5)
        .expect(1)
        .at(3.0)
        .load(1, 0.5)
        .expect(1)
        .at(4.0)
        .load(1, 0.4)
        .expect(1)
        .at(5.0)
        .load(1, 0.4)
        .expect(2);
  }

  @Test
  void keepsTheBoundsThatTheOperatorSets() {
    var state = policy.decide(State.of(4), new Bounds(2, 3), load(1_000, 9), 0);
    assertThat(state.prefix()).isEqualTo(2);
    assertThat(policy.decide(State.of(4), new Bounds(2, 3), load(1, 0), 0).prefix()).isEqualTo(3);
    assertThat(policy.decide(State.of(1), new Bounds(2, 3), load(1_000, 9), 0).prefix())
        .isEqualTo(2);
  }

  @Test
  void holdsWithoutAPrediction() {
    var state = new State(3, 0);
    assertThat(policy.decide(state, ONE_TO_FOUR, load(Double.NaN, 0.1), 9 * SECOND).prefix())
        .isEqualTo(3);
  }

  @Test
  void isMonotoneInTheLoad() {
    var random = new Random(3);
    for (int trial = 0; trial < 10_000; trial++) {
      var state = State.of(random.nextInt(1, 5));
      double light = random.nextDouble(80);
      double heavy = light + random.nextDouble(80);
      assertThat(policy.decide(state, ONE_TO_FOUR, load(heavy, 0.5), 0).prefix())
          .isLessThanOrEqualTo(policy.decide(state, ONE_TO_FOUR, load(light, 0.5), 0).prefix());
    }
  }

  @Test
  void noiseCausesAtMostOneRestoreInEachQuietWindow() {
    var random = new Random(4);
    var state = State.of(4);
    long lastRestore = Long.MIN_VALUE / 2;
    int changes = 0;
    for (long now = 0; now < 300 * SECOND; now += SECOND / 100) {
      double noisy = 8 * (1 + 0.25 * random.nextGaussian());
      var next = policy.decide(state, ONE_TO_FOUR, load(noisy, 0.15), now);
      if (next.prefix() > state.prefix()) {
        assertThat(now - lastRestore).isGreaterThanOrEqualTo(SECOND);
        assertThat(next.prefix()).isEqualTo(state.prefix() + 1);
        lastRestore = now;
      }
      changes += next.prefix() == state.prefix() ? 0 : 1;
      state = next;
    }
    assertThat(changes).isLessThanOrEqualTo(2 * 300);
  }

  @Test
  void restoresEventuallyAfterAnyBurst() {
    var random = new Random(5);
    for (int trial = 0; trial < 200; trial++) {
      var state = State.of(4);
      long now = 0;
      for (int step = 0; step < 50; step++, now += SECOND / 50) {
        state = policy.decide(state, ONE_TO_FOUR, load(random.nextDouble(200), 0.5), now);
      }
      long calm = now;
      for (; now <= calm + 4 * SECOND; now += SECOND / 50) {
        state = policy.decide(state, ONE_TO_FOUR, load(1, 0.1), now);
      }
      assertThat(state.prefix()).isEqualTo(4);
    }
  }

  @Test
  void refusesImpossibleSettings() {
    assertThatThrownBy(() -> new Settings(0, 1, 0.5, 0.5)).hasMessageContaining("target 0.0 us");
    assertThatThrownBy(() -> new Settings(1, 1, Double.NaN, 0.5)).hasMessageContaining("headroom");
    assertThatThrownBy(() -> new Bounds(0, 3)).hasMessageContaining("0, 3");
    assertThatThrownBy(() -> new Bounds(3, 2)).hasMessageContaining("3, 2");
  }

  private final class Timeline {
    private State state = State.of(4);
    private long now;
    private Load load;

    Timeline at(double seconds) {
      now = (long) (seconds * SECOND);
      return this;
    }

    Timeline load(double studentMillis, double studentBusy) {
      load = PrefixPolicyTest.load(studentMillis, studentBusy);
      return this;
    }

    Timeline expect(int prefix) {
      state = policy.decide(state, ONE_TO_FOUR, load, now);
      assertThat(state.prefix()).as("at %d ns", now).isEqualTo(prefix);
      return this;
    }
  }
}
