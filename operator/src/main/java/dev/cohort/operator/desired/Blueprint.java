package dev.cohort.operator.desired;

import dev.cohort.crds.StudentEnsembleSpec;
import java.util.List;

/**
 * All that the objects of an ensemble depend on.
 *
 * @param owner the ensemble
 * @param spec what it is to be
 * @param generations what runs, the one that serves first; two while a change is rolled out
 * @param platform what there is to build with
 */
public record Blueprint(
    Owner owner, StudentEnsembleSpec spec, List<Generation> generations, Platform platform) {
  /** Copies the generations. */
  public Blueprint {
    generations = List.copyOf(generations);
  }

  /**
   * The pods of one revision.
   *
   * @param revision package and images
   * @param seats home seats of each student, in order
   * @param aggregators how many
   */
  public record Generation(Revision revision, List<Integer> seats, int aggregators) {
    /** Copies the seats. */
    public Generation {
      seats = List.copyOf(seats);
    }
  }

  /** The revision that the spec asks for. */
  public static Revision revision(StudentEnsembleSpec spec, Platform platform) {
    return new Revision(
        spec.source(),
        Image.of(spec.seats().image(), platform.seatImage()),
        Image.of(spec.aggregator().image(), platform.aggregatorImage()));
  }

  /** Seats of a student in all generations. */
  int seats(int student) {
    return generations.stream()
        .map(Generation::seats)
        .mapToInt(seats -> student < seats.size() ? seats.get(student) : 0)
        .sum();
  }

  /** Students that any generation has. */
  int students() {
    return generations.stream().mapToInt(one -> one.seats().size()).max().orElse(0);
  }
}
