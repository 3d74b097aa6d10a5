package dev.cohort.cli.serve;

import dev.cohort.cli.CommandException;
import dev.cohort.packages.Manifest;
import dev.cohort.packages.Precision;
import dev.cohort.policy.PrecisionPolicy.Wanted;

/**
 * What the command line says about seats.
 *
 * @param wantedCount for each package; null for one for each student or core, the fewer, or one for
 *     each student where they are dedicated
 * @param precision their arithmetic
 * @param dedicated each holds its home student only
 */
record SeatOptions(Integer wantedCount, Wanted precision, boolean dedicated) {
  /** More seats than this on one machine are a mistake. */
  private static final int MAX_SEATS = 64;

  /**
   * @throws CommandException when the number is out of range
   */
  SeatOptions {
    if (wantedCount != null && (wantedCount < 1 || wantedCount > MAX_SEATS)) {
      throw CommandException.input(
          "--seats is %d; allowed are 1 to %d".formatted(wantedCount, MAX_SEATS));
    }
  }

  /** Seats of a package. */
  int count(Manifest manifest) {
    if (wantedCount != null) {
      return wantedCount;
    }
    int students = manifest.studentsTotal();
    return dedicated ? students : Math.min(students, Runtime.getRuntime().availableProcessors());
  }

  /**
   * @throws CommandException when the package cannot run in the precision asked for, or not on so
   *     few seats
   */
  void require(Manifest manifest) {
    if (dedicated && count(manifest) < manifest.studentsTotal()) {
      throw CommandException.input(
          "--seats is %d; --dedicated needs one for each of the %d students of %s"
              .formatted(wantedCount, manifest.studentsTotal(), manifest.name()));
    }
    if (precision == Wanted.INT8 && !manifest.runs(Precision.INT8)) {
      throw CommandException.input(
          "--precision is int8, but package %s has no int8 graphs; ./cohort quantize adds them"
              .formatted(manifest.name()));
    }
  }
}
