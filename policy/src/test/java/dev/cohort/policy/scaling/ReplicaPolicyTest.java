package dev.cohort.policy.scaling;

import static dev.cohort.policy.scaling.ScalingReason.ADVISORY;
import static dev.cohort.policy.scaling.ScalingReason.AT_MINIMUM;
import static dev.cohort.policy.scaling.ScalingReason.BOUNDS_APPLIED;
import static dev.cohort.policy.scaling.ScalingReason.EXTERNAL;
import static dev.cohort.policy.scaling.ScalingReason.HELD_BY_DWELL;
import static dev.cohort.policy.scaling.ScalingReason.HELD_BY_FLAP_BUDGET;
import static dev.cohort.policy.scaling.ScalingReason.HELD_BY_PANIC;
import static dev.cohort.policy.scaling.ScalingReason.HELD_BY_WINDOW;
import static dev.cohort.policy.scaling.ScalingReason.LIMITED_BY_GPU_BUDGET;
import static dev.cohort.policy.scaling.ScalingReason.LIMITED_BY_MAXIMUM;
import static dev.cohort.policy.scaling.ScalingReason.OFF;
import static dev.cohort.policy.scaling.ScalingReason.PANIC_SCALE_UP;
import static dev.cohort.policy.scaling.ScalingReason.PAUSED;
import static dev.cohort.policy.scaling.ScalingReason.SCALE_DOWN;
import static dev.cohort.policy.scaling.ScalingReason.SIGNALS_ABSENT_FALLBACK;
import static dev.cohort.policy.scaling.ScalingReason.SIGNALS_STALE_HELD;
import static dev.cohort.policy.scaling.ScalingReason.STABLE_SCALE_UP;
import static dev.cohort.policy.scaling.ScalingReason.WITHIN_BAND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cohort.policy.scaling.BurstSignal.Absent;
import dev.cohort.policy.scaling.BurstSignal.Stale;
import dev.cohort.policy.scaling.ReplicaPolicy.Decision;
import dev.cohort.policy.scaling.ReplicaPolicy.Situation;
import dev.cohort.policy.scaling.ScalingSettings.Band;
import dev.cohort.policy.scaling.ScalingSettings.Pace;
import dev.cohort.policy.scaling.ScalingSettings.Windows;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * Timelines: {@code at(t).load(x)} runs up to second t as before and from there on with load x,
 * {@code expect} is about the decision at t. Load is in seats; the target is 0.7 of a seat.
 */
final class ReplicaPolicyTest {
  private static final SeatBounds ONE_TO_SIXTEEN = SeatBounds.of(1, 16);

  @Test
  void aBurstGetsSeatsAtOnceAndGivesThemBackSlowly() {
    new Timeline(ONE_TO_SIXTEEN, 1)
        .at(0, 0.4)
        .expect(1, WITHIN_BAND)
        // The newest sample, without headroom; the panic window adds the headroom.
        .at(90, 4)
        .expect(4, PANIC_SCALE_UP)
        .at(90.5, 4)
        .expect(4, HELD_BY_PANIC)
        .at(94, 4)
        .expect(5, PANIC_SCALE_UP)
        .at(95, 4)
        .expect(6, PANIC_SCALE_UP)
        .at(103, 4)
        .expect(6, WITHIN_BAND)
        .at(150, 0.4)
        .expect(6, WITHIN_BAND)
        .at(164, 0.4)
        .expect(5, SCALE_DOWN)
        .at(193.5, 0.4)
        .expect(5, HELD_BY_DWELL)
        .at(194, 0.4)
        .expect(3, SCALE_DOWN)
        .at(224, 0.4)
        .expect(1, SCALE_DOWN)
        .at(224.5, 0.4)
        .expect(1, WITHIN_BAND)
        .at(400, 0)
        .expect(1, WITHIN_BAND);
  }

  @Test
  void aShortBurstKeepsItsSeatsForAStableWindow() {
    new Timeline(ONE_TO_SIXTEEN, 1)
        .at(0, 0.4)
        .at(90, 4)
        .expect(4, PANIC_SCALE_UP)
        .at(92, 0.4)
        .expect(4, HELD_BY_PANIC)
        .at(149.5, 0.4)
        .expect(4, HELD_BY_PANIC)
        .at(150, 0.4)
        .expect(2, SCALE_DOWN);
  }

  @Test
  void aSlowRiseGoesThroughTheStableWindow() {
    new Timeline(ONE_TO_SIXTEEN, 2)
        .at(0, 1.2)
        .expect(2, WITHIN_BAND)
        .at(100, 1.9)
        .expect(2, WITHIN_BAND)
        // The mean of the window passes 2 seats x 0.7 x 1.1 = 1.54 after 29 of 60 s.
        .at(128, 1.9)
        .expect(2, WITHIN_BAND)
        .at(129, 1.9)
        .expect(3, STABLE_SCALE_UP);
  }

  @Test
  void addsNoMoreThanAStepInADwell() {
    var pace = new Pace(2, 1, seconds(3), seconds(30), 2, seconds(300));
    new Timeline(ONE_TO_SIXTEEN, 1, settings(pace))
        .at(0, 0.4)
        .at(60, 5)
        .expect(3, PANIC_SCALE_UP)
        .at(60.5, 5)
        .expect(3, HELD_BY_DWELL)
        .at(62.5, 5)
        .expect(3, HELD_BY_DWELL)
        .at(63, 5)
        .expect(5, PANIC_SCALE_UP)
        .at(66, 5)
        .expect(7, PANIC_SCALE_UP);
  }

  @Test
  void theSecondBurstGetsItsSeatsAndKeepsThemForTheFlapWindow() {
    new Timeline(ONE_TO_SIXTEEN, 1)
        .at(0, 0.4)
        .at(90, 2)
        .expect(2, PANIC_SCALE_UP)
        .at(92, 0.4)
        // First turn.
        .at(150, 0.4)
        .expect(1, SCALE_DOWN)
        // Second turn.
        .at(160, 2)
        .expect(2, PANIC_SCALE_UP)
        .at(162, 0.4)
        .at(219.5, 0.4)
        .expect(2, HELD_BY_PANIC)
        .at(220, 0.4)
        .expect(2, HELD_BY_FLAP_BUDGET)
        .at(300, 4)
        .expect(4, PANIC_SCALE_UP)
        .at(302, 0.4)
        .at(449.5, 0.4)
        .expect(4, HELD_BY_FLAP_BUDGET)
        // 300 s after the first turn the second one is still in the window.
        .at(450, 0.4)
        .expect(4, HELD_BY_FLAP_BUDGET)
        .at(460, 0.4)
        .expect(2, SCALE_DOWN);
  }

  @Test
  void seatsDoNotGoBeforeTheLoadWasWatched() {
    new Timeline(ONE_TO_SIXTEEN, 8)
        .at(0, 0.4)
        .expect(8, HELD_BY_WINDOW)
        .at(43.5, 0.4)
        .expect(8, HELD_BY_WINDOW)
        .at(44, 0.4)
        .expect(6, SCALE_DOWN);
  }

  @Test
  void secondsWithoutSignalsAreNotSecondsWithoutLoad() {
    new Timeline(ONE_TO_SIXTEEN, 8)
        .at(0, 5)
        .at(60, 5)
        .expect(8, WITHIN_BAND)
        .signal(60.5, new Stale())
        .expect(8, SIGNALS_STALE_HELD)
        .signal(100, new Stale())
        .expect(8, SIGNALS_STALE_HELD)
        .at(100.5, 5)
        .expect(8, WITHIN_BAND)
        .at(101.5, 0.4)
        .at(135, 0.4)
        .expect(8, HELD_BY_WINDOW);
  }

  @Test
  void fallsBackWithoutSignals() {
    new Timeline(new SeatBounds(1, 16, 4, SeatBounds.NO_BUDGET), 2)
        .at(0, 1.2)
        .expect(2, WITHIN_BAND)
        .signal(1, new Absent())
        .expect(4, SIGNALS_ABSENT_FALLBACK)
        .signal(500, new Absent())
        .expect(4, SIGNALS_ABSENT_FALLBACK);
    new Timeline(new SeatBounds(1, 16, 4, SeatBounds.NO_BUDGET), 9)
        .signal(0, new Absent())
        .expect(9, SIGNALS_ABSENT_FALLBACK);
    new Timeline(new SeatBounds(1, 16, 4, 3), 2)
        .signal(0, new Absent())
        .expect(3, SIGNALS_ABSENT_FALLBACK);
  }

  @Test
  void signalsThatComeAndGoKeepTheFlapBudget() {
    Timeline timeline = new Timeline(new SeatBounds(1, 16, 4, SeatBounds.NO_BUDGET), 1);
    for (int cycle = 0; cycle < 10; cycle++) {
      timeline
          .signal(170 * cycle + 60, new Absent())
          .at(170 * cycle + 60.5, 0.1)
          .at(170 * cycle + 169, 0.1);
    }
    assertThat(Changes.mostWithin(300, timeline.simulation.steps(), 1)).isEqualTo(2);
  }

  @Test
  void saysWhatLimits() {
    new Timeline(SeatBounds.of(1, 3), 1)
        .at(0, 9)
        .expect(3, PANIC_SCALE_UP)
        .at(0.5, 9)
        .expect(3, LIMITED_BY_MAXIMUM);
    new Timeline(new SeatBounds(1, 8, 1, 3), 1)
        .at(0, 9)
        .expect(3, PANIC_SCALE_UP)
        .at(0.5, 9)
        .expect(3, LIMITED_BY_GPU_BUDGET);
    new Timeline(SeatBounds.of(4, 8), 4).at(0, 0.1).expect(4, AT_MINIMUM);
  }

  @Test
  void bringsSeatsInsideTheirBoundsWhateverTheLoad() {
    new Timeline(SeatBounds.of(3, 8), 1).at(0, 0.1).expect(3, BOUNDS_APPLIED);
    new Timeline(SeatBounds.of(3, 8), 12).at(0, 20).expect(8, BOUNDS_APPLIED);
    new Timeline(SeatBounds.of(3, 8), 12).signal(0, new Stale()).expect(8, BOUNDS_APPLIED);
    new Timeline(new SeatBounds(4, 8, 4, 3), 4).at(0, 20).expect(3, BOUNDS_APPLIED);
  }

  @Test
  void writesNothingWhenPausedOrExternal() {
    for (ScalingMode mode : ScalingMode.values()) {
      Timeline paused = new Timeline(SeatBounds.of(3, 8), 20).mode(mode).pause(true).at(0, 30);
      assertThat(paused.last.writes()).isFalse();
      paused.expect(20, PAUSED);
    }
    Timeline external = new Timeline(SeatBounds.of(3, 8), 20).mode(ScalingMode.EXTERNAL).at(0, 30);
    assertThat(external.last.writes()).isFalse();
    external.expect(20, EXTERNAL);
  }

  /** Whoever decides may ask what the rules would do. */
  @Test
  void advisesWhoeverDecidesFromOutside() {
    Timeline external = new Timeline(SeatBounds.of(3, 8), 4).mode(ScalingMode.EXTERNAL);
    external.at(0, 2.8).expect(4, EXTERNAL);
    assertThat(external.last.advised()).isEqualTo(4);
    external.at(90, 4.5).expect(4, EXTERNAL);
    assertThat(external.last.advised()).isEqualTo(5);
    external.at(97, 4.5).expect(4, EXTERNAL);
    assertThat(external.last.advised()).isEqualTo(7);
    external.signal(98, new Stale()).expect(4, EXTERNAL);
    assertThat(external.last.advised()).isEqualTo(4);
  }

  @Test
  void watchesWhileItIsPaused() {
    new Timeline(ONE_TO_SIXTEEN, 2)
        .pause(true)
        .at(0, 0.2)
        .at(60, 0.2)
        .expect(2, PAUSED)
        .pause(false)
        .at(60.5, 0.2)
        .expect(1, SCALE_DOWN);
  }

  @Test
  void keepsTheDeclaredNumberWhenOffOrAdvisory() {
    new Timeline(SeatBounds.of(1, 8), 2).mode(ScalingMode.OFF).at(0, 30).expect(2, OFF);
    new Timeline(SeatBounds.of(1, 8), 20).mode(ScalingMode.OFF).at(0, 30).expect(8, OFF);
    Timeline advisory =
        new Timeline(SeatBounds.of(1, 8), 2).mode(ScalingMode.ADVISORY).at(0, 30).at(5, 30);
    advisory.expect(2, ADVISORY);
    assertThat(advisory.last.writes()).isTrue();
    assertThat(advisory.last.advised()).isEqualTo(8);
  }

  @Test
  void adviceRemembersAPanicToo() {
    Timeline advisory =
        new Timeline(SeatBounds.of(1, 8), 4)
            .mode(ScalingMode.ADVISORY)
            .at(0, 0.1)
            .at(10, 6)
            .at(12, 0.1)
            .at(71, 0.1);
    assertThat(advisory.last.advised()).isEqualTo(4);
    assertThat(advisory.at(71.5, 0.1).last.advised()).isEqualTo(2);
  }

  @Test
  void measuredUseCountsWhenThePredictionIsTooLow() {
    var busy =
        new BurstSignal.Fresh(
            new BurstSignal.Work(0.5e6, 1e6, 1), new BurstSignal.Delay(60_000, 0, 50_000), 4, 4);
    new Timeline(ONE_TO_SIXTEEN, 4).signal(0, busy).expect(6, STABLE_SCALE_UP);
  }

  @Test
  void whatWaitsIsWorkOfAPanicWindow() {
    // 1.5 offered and 6 s of 2 seats waiting: 1.5 + 12 / 6 = 3.5 seats.
    var waiting =
        new BurstSignal.Fresh(
            new BurstSignal.Work(1.5e6, 1e6, 0.7), new BurstSignal.Delay(6e6, 0, 50_000), 4, 4);
    new Timeline(ONE_TO_SIXTEEN, 2).signal(0, waiting).expect(4, PANIC_SCALE_UP);
  }

  @Test
  void aQueueThatGrowsWhileSeatsStartAsksForNoMore() {
    var waiting =
        new BurstSignal.Fresh(
            new BurstSignal.Work(1.5e6, 1e6, 0.7), new BurstSignal.Delay(20e6, 0, 50_000), 4, 4);
    assertThat(decide(waiting, new Seats(2, 2, 4)).seats()).isEqualTo(4);
    assertThat(decide(waiting, new Seats(4, 0, 4)).seats()).isEqualTo(12);
  }

  private static Decision decide(BurstSignal signal, Seats seats) {
    var policy = new ReplicaPolicy(ScalingSettings.defaults());
    var situation = new Situation(signal, seats, ONE_TO_SIXTEEN, ScalingMode.AUTO, false);
    return policy.decide(policy.start(0), situation, 0);
  }

  @Test
  void anotherStableWindowBeginsEmpty() {
    Timeline timeline = new Timeline(ONE_TO_SIXTEEN, 8).at(0, 5).at(100, 5);
    var settings =
        new ScalingSettings(new Windows(seconds(6), seconds(90)), Band.defaults(), Pace.defaults());
    var signal =
        new BurstSignal.Fresh(
            new BurstSignal.Work(1e5, 1e6, 0.1), new BurstSignal.Delay(0, 0, 50_000), 4, 4);
    Decision decision =
        new ReplicaPolicy(settings)
            .decide(
                timeline.simulation.state(),
                timeline.simulation.situation(signal),
                timeline.simulation.now());
    assertThat(decision.reason()).isEqualTo(HELD_BY_WINDOW);
  }

  private static Duration seconds(long seconds) {
    return Duration.ofSeconds(seconds);
  }

  private static ScalingSettings settings(Pace pace) {
    return new ScalingSettings(Windows.defaults(), Band.defaults(), pace);
  }

  private static final class Timeline {
    private final Simulation simulation;
    private Decision last;
    private double load;

    Timeline(SeatBounds bounds, int seats) {
      this(bounds, seats, ScalingSettings.defaults());
    }

    Timeline(SeatBounds bounds, int seats, ScalingSettings settings) {
      simulation = new Simulation(settings, bounds, seats, 8 * Simulation.SECOND);
    }

    Timeline mode(ScalingMode mode) {
      simulation.mode(mode);
      return this;
    }

    Timeline pause(boolean paused) {
      simulation.pause(paused);
      return this;
    }

    Timeline at(double seconds, double next) {
      while (simulation.now() < seconds * Simulation.SECOND) {
        simulation.step(load);
      }
      load = next;
      last = simulation.step(load);
      return this;
    }

    /** Other than {@code load}: the same signal all the time until there. */
    Timeline signal(double seconds, BurstSignal signal) {
      do {
        last = simulation.step(signal);
      } while (simulation.now() <= seconds * Simulation.SECOND);
      return this;
    }

    Timeline expect(int seats, ScalingReason reason) {
      assertThat(last.seats()).as("seats, %s", last.reason()).isEqualTo(seats);
      assertThat(last.reason()).isEqualTo(reason);
      return this;
    }
  }
}
