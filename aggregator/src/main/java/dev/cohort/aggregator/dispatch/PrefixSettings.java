package dev.cohort.aggregator.dispatch;

import dev.cohort.packages.Manifest;
import dev.cohort.policy.PrefixPolicy;
import java.time.Duration;

/**
 * How many students may answer, and what decides it.
 *
 * @param target predicted time until a row that arrives now is answered; beyond it students are
 *     dropped
 * @param quiet how long it must be calm before one student comes back
 * @param qualityFloor points of the package's metric that may be given up; 0 to 100
 * @param min fewest students, at least 1; the floor prefix of the package where that is more
 * @param max most students; all of the package where that is fewer
 */
public record PrefixSettings(
    Duration target, Duration quiet, double qualityFloor, int min, int max) {
  /** Share of the target that the larger prefix must stay under before it comes back. */
  private static final double HEADROOM = 0.5;

  /** Share of the capacity that the larger prefix may use. */
  private static final double CEILING = 0.8;

  /** The same with other bounds; 0 leaves one what it is. */
  PrefixSettings within(int fewest, int most) {
    return new PrefixSettings(
        target, quiet, qualityFloor, fewest == 0 ? min : fewest, most == 0 ? max : most);
  }

  /** Fewest and most students that may answer for a package. */
  PrefixPolicy.Bounds bounds(Manifest manifest) {
    int total = manifest.studentsTotal();
    int most = Math.min(max, total);
    int least = Math.max(min, floor(manifest));
    return new PrefixPolicy.Bounds(Math.min(least, most), most);
  }

  /** Fewest students whose quality is within the floor. */
  int floor(Manifest manifest) {
    return manifest.floorPrefix(qualityFloor);
  }

  PrefixPolicy policy() {
    return new PrefixPolicy(
        new PrefixPolicy.Settings(targetMicros(), quiet.toNanos(), HEADROOM, CEILING));
  }

  double targetMicros() {
    return target.toNanos() / 1000.0;
  }
}
