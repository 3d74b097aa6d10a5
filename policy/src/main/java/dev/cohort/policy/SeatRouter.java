package dev.cohort.policy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Chooses the seats that run students {@code 0..prefix-1} of a batch so that the last of them is
 * expected to complete first.
 *
 * <p>The completion of a seat that takes n students is {@code backlog + n x micros x factor}. The
 * router takes the smallest level T among these values at which the students can be dealt in order,
 * each seat taking one contiguous range that completes by T. With at least as many idle seats as
 * students this spreads them, one to a seat, on their home seats where these are idle; with fewer
 * it folds several on one seat. A seat only gets students that it holds, and only while it has a
 * credit.
 *
 * <p>Stateless, thread-safe. O(seats x prefix x log) for a batch.
 */
public final class SeatRouter {

  /** Most students of a package: {@link Seat#held} is one {@code long}. */
  public static final int MAX_STUDENTS = Long.SIZE;

  /**
   * A seat as the aggregator sees it now.
   *
   * @param id by which the caller knows it
   * @param home its home student
   * @param held bit k: it holds student k
   * @param credits batches it accepts now
   * @param backlogMicros predicted time until it has answered everything sent to it
   * @param factor measured / predicted engine time of this seat, smoothed; 1 when unknown
   */
  public record Seat(
      int id, int home, long held, int credits, double backlogMicros, double factor) {

    boolean holds(int student) {
      return (held >>> student & 1) == 1;
    }

    double completionMicros(int students, double studentMicros) {
      return backlogMicros + students * studentMicros * factor;
    }
  }

  /** Students {@code first .. end - 1} run on a seat. */
  public record Assignment(int seat, int first, int end) {}

  /**
   * @param seats seats that are connected and serve the batch's package
   * @param prefix students to run, 1..{@value #MAX_STUDENTS}
   * @param studentMicros predicted engine time of one student for this batch, positive
   * @return assignments that cover 0..prefix-1 in order without overlap, no seat twice; empty when
   *     the seats with a credit cannot
   */
  public List<Assignment> route(List<Seat> seats, int prefix, double studentMicros) {
    if (prefix < 1 || prefix > MAX_STUDENTS) {
      throw new IllegalArgumentException("prefix must be 1.." + MAX_STUDENTS + ": " + prefix);
    }
    var open = seats.stream().filter(seat -> seat.credits() > 0).toList();
    double[] levels = levels(open, prefix, studentMicros);
    List<Assignment> best = List.of();
    int low = 0;
    int high = levels.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      List<Assignment> dealt = deal(open, prefix, studentMicros, levels[middle]);
      if (dealt.isEmpty()) {
        low = middle + 1;
      } else {
        best = dealt;
        high = middle - 1;
      }
    }
    return best;
  }

  private static double[] levels(List<Seat> open, int prefix, double studentMicros) {
    return open.stream()
        .flatMapToDouble(
            seat ->
                IntStream.rangeClosed(1, prefix)
                    .mapToDouble(n -> seat.completionMicros(n, studentMicros)))
        .sorted()
        .distinct()
        .toArray();
  }

  /**
   * Greedy: the next student goes to the seat whose range reaches furthest; its home seat wins a
   * tie. Empty when some are left.
   */
  private static List<Assignment> deal(List<Seat> open, int prefix, double micros, double level) {
    var free = new ArrayList<>(open);
    var dealt = new ArrayList<Assignment>();
    int next = 0;
    while (next < prefix) {
      int first = next;
      var reach =
          Comparator.<Seat>comparingInt(seat -> end(seat, first, prefix, micros, level))
              .thenComparing(seat -> seat.home() == first)
              .thenComparing(seat -> !isHomeOf(seat, first + 1, prefix))
              .thenComparing(Comparator.comparingDouble(Seat::backlogMicros).reversed())
              .thenComparing(Comparator.comparingInt(Seat::id).reversed());
      Optional<Seat> furthest = free.stream().max(reach);
      int end = furthest.map(seat -> end(seat, first, prefix, micros, level)).orElse(first);
      if (end == first) {
        return List.of();
      }
      dealt.add(new Assignment(furthest.orElseThrow().id(), first, end));
      free.remove(furthest.orElseThrow());
      next = end;
    }
    return List.copyOf(dealt);
  }

  private static boolean isHomeOf(Seat seat, int first, int end) {
    return first <= seat.home() && seat.home() < end;
  }

  private static int end(Seat seat, int first, int prefix, double micros, double level) {
    int end = first;
    while (end < prefix
        && seat.holds(end)
        && seat.completionMicros(end - first + 1, micros) <= level) {
      end++;
    }
    return end;
  }
}
