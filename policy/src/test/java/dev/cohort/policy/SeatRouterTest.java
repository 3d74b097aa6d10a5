package dev.cohort.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cohort.policy.SeatRouter.Assignment;
import dev.cohort.policy.SeatRouter.Seat;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SeatRouterTest {

  private static final long ALL = 0b1111;
  private final SeatRouter router = new SeatRouter();

  private static Seat idle(int id, int home) {
    return new Seat(id, home, ALL, 2, 0, 1);
  }

  private static Seat busy(int id, int home, double backlogMicros) {
    return new Seat(id, home, ALL, 1, backlogMicros, 1);
  }

  @Test
  void spreadsOverHomeSeats() {
    var seats = List.of(idle(10, 3), idle(11, 2), idle(12, 1), idle(13, 0));

    assertThat(router.route(seats, 4, 1_000))
        .containsExactly(
            new Assignment(13, 0, 1),
            new Assignment(12, 1, 2),
            new Assignment(11, 2, 3),
            new Assignment(10, 3, 4));
  }

  @Test
  void foldsEvenlyOnTwoSeats() {
    assertThat(router.route(List.of(idle(0, 0), idle(1, 1)), 4, 1_000))
        .containsExactly(new Assignment(0, 0, 2), new Assignment(1, 2, 4));
  }

  @Test
  void foldsAllOnOneSeat() {
    assertThat(router.route(List.of(idle(0, 2)), 4, 1_000))
        .containsExactly(new Assignment(0, 0, 4));
  }

  @Test
  void usesOnlyAsManySeatsAsThereAreStudents() {
    var seats = List.of(idle(0, 0), idle(1, 1), idle(2, 2), idle(3, 3));
    assertThat(router.route(seats, 2, 1_000))
        .containsExactly(new Assignment(0, 0, 1), new Assignment(1, 1, 2));
  }

  @Test
  void foldsWhereTheBacklogElsewhereCostsMoreThanWaitingHere() {
    // 0 would complete 4 students in 4 ms; 1 owes 2.5 ms, so one student there ends at 3.5 ms.
    assertThat(router.route(List.of(idle(0, 0), busy(1, 1, 2_500)), 4, 1_000))
        .containsExactly(new Assignment(0, 0, 3), new Assignment(1, 3, 4));
    assertThat(router.route(List.of(idle(0, 0), busy(1, 1, 3_500)), 4, 1_000))
        .containsExactly(new Assignment(0, 0, 4));
  }

  @Test
  void avoidsABusySeatAndASlowOne() {
    assertThat(router.route(List.of(busy(0, 0, 9_000), idle(1, 1)), 4, 1_000))
        .containsExactly(new Assignment(1, 0, 4));
    var slow = new Seat(0, 0, ALL, 1, 0, 10);
    assertThat(router.route(List.of(slow, idle(1, 1)), 4, 1_000))
        .containsExactly(new Assignment(1, 0, 4));
  }

  @Test
  void takesOnlySeatsWithACreditThatHoldTheStudent() {
    var spent = new Seat(0, 0, ALL, 0, 0, 1);
    assertThat(router.route(List.of(spent, idle(1, 1)), 2, 1_000))
        .containsExactly(new Assignment(1, 0, 2));
    var dedicated = List.of(new Seat(0, 0, 0b01, 1, 0, 1), new Seat(1, 1, 0b10, 1, 50_000, 1));
    assertThat(router.route(dedicated, 2, 1_000))
        .containsExactly(new Assignment(0, 0, 1), new Assignment(1, 1, 2));
    assertThat(router.route(dedicated, 3, 1_000)).isEmpty();
    assertThat(router.route(List.of(), 1, 1_000)).isEmpty();
  }

  @Test
  void completesNoLaterThanAnyOtherDealOfInterchangeableSeats() {
    var random = new Random(6);
    for (int trial = 0; trial < 2_000; trial++) {
      int prefix = random.nextInt(1, 5);
      var seats = new ArrayList<Seat>();
      for (int id = 0; id < random.nextInt(1, 4); id++) {
        seats.add(busy(id, random.nextInt(4), random.nextInt(6) * 500.0));
      }

      var dealt = router.route(seats, prefix, 1_000);

      assertThat(dealt.getFirst().first()).isZero();
      assertThat(dealt.getLast().end()).isEqualTo(prefix);
      double latest =
          dealt.stream()
              .mapToDouble(a -> seats.get(a.seat()).completionMicros(a.end() - a.first(), 1_000))
              .max()
              .orElseThrow();
      assertThat(latest).isEqualTo(leastLatest(seats, 0, prefix));
    }
  }

  private static double leastLatest(List<Seat> seats, int seat, int left) {
    if (seat == seats.size()) {
      return left == 0 ? 0 : Double.POSITIVE_INFINITY;
    }
    double best = leastLatest(seats, seat + 1, left);
    for (int n = 1; n <= left; n++) {
      double here = seats.get(seat).completionMicros(n, 1_000);
      best = Math.min(best, Math.max(here, leastLatest(seats, seat + 1, left - n)));
    }
    return best;
  }
}
