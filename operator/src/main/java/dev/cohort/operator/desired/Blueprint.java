package dev.cohort.operator.desired;

import dev.cohort.crds.StudentEnsembleSpec;
import java.util.List;
import java.util.Optional;

/**
 * All that the objects of an ensemble depend on.
 *
 * @param owner the ensemble
 * @param spec what it is to be
 * @param serving whom clients reach
 * @param generations what runs; two while a change is rolled out
 * @param platform what there is to build with
 */
public record Blueprint(
    Owner owner,
    StudentEnsembleSpec spec,
    Serving serving,
    List<Generation> generations,
    Platform platform) {
  /** Copies the generations. */
  public Blueprint {
    generations = List.copyOf(generations);
  }

  /**
   * Whom clients reach. The Service of the clients carries it, so that it outlives the operator.
   *
   * @param revision of the aggregators behind the Service
   * @param refused what was rolled back and is not tried again
   */
  public record Serving(Revision revision, Optional<Refusal> refused) {}

  /**
   * A revision that was rolled back.
   *
   * @param revision its id
   * @param reason why
   * @param message why, in a sentence
   */
  public record Refusal(String revision, String reason, String message) {
    /** Most characters of the message. */
    private static final int MESSAGE = 1024;

    /** Cuts the message. */
    public Refusal {
      message = message.length() > MESSAGE ? message.substring(0, MESSAGE) : message;
    }
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
