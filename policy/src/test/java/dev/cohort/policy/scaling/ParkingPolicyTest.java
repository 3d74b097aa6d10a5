package dev.cohort.policy.scaling;

import static dev.cohort.policy.scaling.ScalingReason.PANIC_SCALE_UP;
import static dev.cohort.policy.scaling.ScalingReason.PARKED_LAST;
import static dev.cohort.policy.scaling.ScalingReason.SIGNALS_STALE_HELD;
import static dev.cohort.policy.scaling.ScalingReason.UNPARKED;
import static dev.cohort.policy.scaling.ScalingReason.WITHIN_BAND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohort.policy.scaling.ParkingPolicy.Decision;
import dev.cohort.policy.scaling.ParkingPolicy.Pools;
import dev.cohort.policy.scaling.ParkingPolicy.State;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ParkingPolicyTest {
  private static final long SECOND = Simulation.SECOND;
  private static final ScalingState NOTHING_SEEN = ScalingState.of(60, 0);

  @Test
  void parksTheLastToFreeGpusForTheFirst() {
    new Timeline(new Pools(3, 1, 3))
        .at(0, 1)
        .expect(WITHIN_BAND, 1, 1, 1)
        .at(10, 2)
        .expect(WITHIN_BAND, 1, 1, 1)
        .at(15.9, 2)
        .expect(WITHIN_BAND, 1, 1, 1)
        .at(16, 2)
        .expect(PARKED_LAST, 2, 1, 0)
        .at(17, 2)
        .expect(WITHIN_BAND, 2, 1, 0);
  }

  @Test
  void bringsThemBackOneByOne() {
    new Timeline(new Pools(4, 1, 4))
        .at(0, 4)
        .at(6, 4)
        .expect(PARKED_LAST, 4, 0, 0, 0)
        .at(10, 1)
        .expect(WITHIN_BAND, 1, 0, 0, 0)
        .at(69.9, 1)
        .expect(WITHIN_BAND, 1, 0, 0, 0)
        .at(70, 1)
        .expect(UNPARKED, 1, 1, 0, 0)
        .at(71, 1)
        .at(130, 1)
        .expect(WITHIN_BAND, 1, 1, 0, 0)
        .at(131, 1)
        .expect(UNPARKED, 1, 1, 1, 0);
  }

  @Test
  void aMomentOfShortageStartsTheUnparkWindowAnew() {
    new Timeline(new Pools(2, 1, 2))
        .at(0, 2)
        .at(6, 2)
        .expect(PARKED_LAST, 2, 0)
        .at(10, 1)
        .at(60, 2)
        .at(61, 1)
        .at(120, 1)
        .expect(WITHIN_BAND, 1, 0)
        .at(121, 1)
        .expect(UNPARKED, 1, 1);
  }

  @Test
  void theFewestStudentsAreNeverParked() {
    new Timeline(new Pools(4, 2, 5)).at(0, 9).at(6, 9).expect(PARKED_LAST, 4, 1, 0, 0);
    assertThat(new Pools(4, 2, 5).mostOfFirst()).isEqualTo(4);
  }

  @Test
  void parksNothingOnSignalsThatAreNotFresh() {
    Timeline timeline = new Timeline(new Pools(2, 1, 2)).at(0, 2);
    timeline.reason = SIGNALS_STALE_HELD;
    timeline.at(100, 2).expect(SIGNALS_STALE_HELD, 1, 1);
  }

  @Test
  void aBudgetForAllParksNobody() {
    var pools = new Pools(4, 1, SeatBounds.NO_BUDGET);
    var timeline = new Timeline(pools).at(0, 1_000);
    timeline.reason = PANIC_SCALE_UP;
    timeline.at(1_000, 1_000).expect(PANIC_SCALE_UP, 1_000, 1_000, 1_000, 1_000);
  }

  @Test
  void neverExceedsTheBudgetAndNeverParksTheFirst() {
    var random = new Random(5);
    for (int trial = 0; trial < 300; trial++) {
      int students = random.nextInt(1, 9);
      var pools = new Pools(students, random.nextInt(1, students + 1), random.nextInt(1, 20));
      var timeline = new Timeline(pools);
      for (int second = 0; second < 200; second++) {
        timeline.at(second, 1 + (int) Math.abs(4 * random.nextGaussian()));
        List<Integer> seats = timeline.last.seats();
        assertThat(seats.stream().mapToInt(Integer::intValue).sum())
            .isLessThanOrEqualTo(pools.budget());
        assertThat(seats).hasSize(students).isSortedAccordingTo((a, b) -> b - a);
        assertThat(seats.getFirst()).isPositive();
      }
    }
  }

  @Test
  void refusesWhatCannotBe() {
    assertThatThrownBy(() -> new Pools(3, 4, 1)).hasMessage("fewest must be 1 to 3: 4");
    assertThatThrownBy(() -> new Pools(3, 1, 0)).hasMessage("budget must be at least 1: 0");
    assertThatThrownBy(() -> new ParkingPolicy(Duration.ofSeconds(-1), Duration.ZERO))
        .hasMessage("parkAfter must be PT0S to PT24H: PT-1S");
  }

  private static final class Timeline {
    private final ParkingPolicy policy = ParkingPolicy.withDefaults();
    private final Pools pools;
    private State state;
    private ScalingReason reason = WITHIN_BAND;
    private Decision last;

    Timeline(Pools pools) {
      this.pools = pools;
      this.state = State.of(pools.students());
    }

    Timeline at(double seconds, int seats) {
      long now = (long) (seconds * SECOND);
      var first = new ReplicaPolicy.Decision(seats, seats, true, reason, NOTHING_SEEN);
      last = policy.decide(state, pools, first, now);
      state = last.next();
      return this;
    }

    Timeline expect(ScalingReason expected, Integer... seats) {
      assertThat(last.seats()).containsExactly(seats);
      assertThat(last.reason()).isEqualTo(expected);
      return this;
    }
  }
}
