package dev.cohort.aggregator.dispatch;

import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.policy.BatchCost;
import dev.cohort.policy.SeatRouter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The seats of one model as the decisions see them. Owned by the dispatch thread. */
final class ModelSeats {
  /** Students {@code first}..{@code end}-1 of a batch on one seat. */
  record Placement(Seat seat, int first, int end) {}

  private final ServedModel model;
  private final List<Seat> seats;
  private final SeatRouter router = new SeatRouter();

  ModelSeats(ServedModel model, List<Seat> seats) {
    this.model = model;
    this.seats = seats;
  }

  /** Those that take work for the model. */
  List<Seat> serving() {
    return seats.stream().filter(seat -> seat.serves(model)).toList();
  }

  boolean haveCredits() {
    return seats.stream().anyMatch(seat -> seat.serves(model) && seat.credits() > 0);
  }

  /**
   * Those that can run students {@code first}..{@code end}-1 of a batch; slow ones only where the
   * others cannot run as many.
   */
  List<Seat> able(BatchShape shape, int first, int end, Predicate<Seat> allowed) {
    List<Seat> fitting =
        serving().stream().filter(seat -> seat.fits(shape)).filter(allowed).toList();
    List<Seat> quick = fitting.stream().filter(seat -> !seat.isSlow()).toList();
    int wanted = Math.min(end, heldUntil(fitting, first));
    return heldUntil(quick, first) >= wanted ? quick : fitting;
  }

  /** The first student from {@code first} on that none of the seats holds, M at most. */
  int heldUntil(List<Seat> among, int first) {
    int end = first;
    while (end < model.studentsTotal() && isHeld(among, end)) {
      end++;
    }
    return end;
  }

  /** Engine threads of the seats that get work. */
  int lanes() {
    return active().stream().mapToInt(Seat::lanes).sum();
  }

  /** Predicted engine time that is left of what these seats have not answered, in microseconds. */
  double backlogMicros() {
    return active().stream().mapToDouble(Seat::remainingMicros).sum();
  }

  /** Predicted time until a lane of a seat that takes a batch is idle, in microseconds. */
  double busyMicros() {
    return active().stream()
        .filter(seat -> seat.credits() > 0)
        .mapToDouble(Seat::busyMicros)
        .min()
        .orElse(0);
  }

  /** What plans are made with: one seat's costs, since the seats of a model are alike. */
  BatchCost cost() {
    return serving().stream()
        .map(Seat::cost)
        .filter(SeatCost::isMeasured)
        .findFirst()
        .orElseGet(SeatCost::rough);
  }

  boolean isMeasured() {
    return serving().stream().anyMatch(seat -> seat.cost().isMeasured());
  }

  /**
   * Seats for students {@code first}..{@code end}-1; empty when those with a credit cannot run them
   * all.
   */
  List<Placement> route(List<Seat> among, int first, int end, BatchShape shape) {
    double micros = cost().micros(1, shape.tokens(), shape.rows(), shape.longest());
    List<SeatRouter.Seat> views = new ArrayList<>();
    for (int id = 0; id < among.size(); id++) {
      Seat seat = among.get(id);
      views.add(
          new SeatRouter.Seat(
              id,
              seat.homeStudent() - first,
              seat.held() >>> first,
              seat.credits(),
              seat.remainingMicros(),
              seat.cost().micros(1, shape) / micros));
    }
    return router.route(views, end - first, micros).stream()
        .map(a -> new Placement(among.get(a.seat()), first + a.first(), first + a.end()))
        .toList();
  }

  /** Those that get work: slow ones only where all are. */
  private List<Seat> active() {
    List<Seat> serving = serving();
    List<Seat> quick = serving.stream().filter(seat -> !seat.isSlow()).toList();
    return quick.isEmpty() ? serving : quick;
  }

  private static boolean isHeld(List<Seat> among, int student) {
    return among.stream().anyMatch(seat -> seat.holds(student));
  }
}
