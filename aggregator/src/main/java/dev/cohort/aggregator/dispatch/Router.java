package dev.cohort.aggregator.dispatch;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which seats run which students of a batch. Student k goes to a seat whose home student is k if
 * one has a credit, else to the least loaded seat that holds k and has a credit; between equals, to
 * the seat of student k-1. Neighbouring students on one seat are one range and cost one credit.
 * Students for whom no seat has a credit are left out. A pure function of its arguments.
 */
final class Router {
  /** Students {@code first}..{@code end}-1 of a batch on one seat. */
  record Range<T>(T seat, int first, int end) {}

  private Router() {}

  static <T extends RouteTarget> List<Range<T>> place(BitSet students, List<T> seats) {
    List<Range<T>> ranges = new ArrayList<>();
    Map<T, Integer> planned = new HashMap<>();
    Map<T, Integer> spent = new HashMap<>();
    for (int k = students.nextSetBit(0); k >= 0; k = students.nextSetBit(k + 1)) {
      Optional<Range<T>> last = ranges.isEmpty() ? Optional.empty() : Optional.of(ranges.getLast());
      int student = k;
      Optional<Range<T>> open = last.filter(range -> range.end() == student);
      Optional<T> seat = choose(k, seats, open.map(Range::seat), planned, spent);
      if (seat.isEmpty()) {
        continue;
      }
      planned.merge(seat.get(), 1, Integer::sum);
      if (open.isPresent() && open.get().seat() == seat.get()) {
        ranges.set(ranges.size() - 1, new Range<>(seat.get(), open.get().first(), k + 1));
      } else {
        spent.merge(seat.get(), 1, Integer::sum);
        ranges.add(new Range<>(seat.get(), k, k + 1));
      }
    }
    return ranges;
  }

  private static <T extends RouteTarget> Optional<T> choose(
      int student,
      List<T> seats,
      Optional<T> previous,
      Map<T, Integer> planned,
      Map<T, Integer> spent) {
    Comparator<T> order =
        Comparator.<T, Boolean>comparing(seat -> seat.homeStudent() != student)
            .thenComparing(seat -> seat.load() + planned.getOrDefault(seat, 0))
            .thenComparing(seat -> previous.filter(before -> before == seat).isEmpty())
            .thenComparing(seat -> spent.getOrDefault(seat, 0) - seat.credits());
    return seats.stream()
        .filter(seat -> seat.holds(student))
        .filter(
            seat ->
                previous.filter(before -> before == seat).isPresent()
                    || seat.credits() > spent.getOrDefault(seat, 0))
        .min(order);
  }
}
