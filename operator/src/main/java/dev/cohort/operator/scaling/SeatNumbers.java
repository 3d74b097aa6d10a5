package dev.cohort.operator.scaling;

import dev.cohort.crds.Accelerator;
import dev.cohort.crds.ParkingSpec;
import dev.cohort.crds.Regime;
import dev.cohort.crds.ScalingSpec;
import dev.cohort.crds.StudentEnsembleSpec;
import dev.cohort.policy.scaling.ParkingPolicy;
import dev.cohort.policy.scaling.ScalingMode;
import dev.cohort.policy.scaling.ScalingSettings;
import dev.cohort.policy.scaling.SeatBounds;
import java.time.Duration;
import java.util.Optional;

/**
 * The scaling part of a spec, with what it leaves out filled in. Pure.
 *
 * @param spec of the ensemble
 * @param students of the package
 */
record SeatNumbers(StudentEnsembleSpec spec, int students) {
  private static final double PERCENT = 100;

  /** Fewest seats. */
  int least() {
    return Optional.ofNullable(scaling().minSeats()).orElse(isShared() ? students : 1);
  }

  /** Most seats. */
  int most() {
    return Optional.ofNullable(scaling().maxSeats()).orElse(2 * least());
  }

  /** What is allowed; of the first student where each has its own seats. */
  SeatBounds bounds() {
    int least = least();
    int most = Math.max(least, most());
    int fallback = Optional.ofNullable(scaling().fallbackSeats()).orElse(least);
    return new SeatBounds(least, most, Math.clamp(fallback, least, most), gpu());
  }

  /** Seats that somebody declared, inside the bounds. */
  int declared() {
    return Math.min(Math.clamp(spec.replicas(), least(), Math.max(least(), most())), gpu());
  }

  /** The seats of all students together, where each has its own. */
  ParkingPolicy.Pools pools() {
    int budget = budget();
    int all = budget == SeatBounds.NO_BUDGET ? students * Math.max(least(), most()) : budget;
    return new ParkingPolicy.Pools(students, fewest(), Math.max(1, all));
  }

  ScalingMode mode() {
    return switch (scaling().mode()) {
      case AUTO -> ScalingMode.AUTO;
      case ADVISORY -> ScalingMode.ADVISORY;
      case EXTERNAL -> ScalingMode.EXTERNAL;
      case OFF -> ScalingMode.OFF;
    };
  }

  ScalingSettings settings() {
    ScalingSpec scaling = scaling();
    return new ScalingSettings(
        new ScalingSettings.Windows(
            Duration.ofSeconds(scaling.windows().panicSeconds()),
            Duration.ofSeconds(scaling.windows().stableSeconds())),
        new ScalingSettings.Band(
            scaling.targetUtilizationPercent() / PERCENT,
            scaling.deadBandPercent() / PERCENT,
            scaling.panicThresholdPercent() / PERCENT),
        new ScalingSettings.Pace(
            scaling.steps().up(),
            scaling.steps().down(),
            Duration.ofSeconds(scaling.windows().dwellUpSeconds()),
            Duration.ofSeconds(scaling.windows().dwellDownSeconds()),
            scaling.flapBudget().changes(),
            Duration.ofSeconds(scaling.flapBudget().windowSeconds())));
  }

  ParkingPolicy parking() {
    ParkingSpec parking = parkingSpec();
    return new ParkingPolicy(
        Duration.ofSeconds(parking.afterSeconds()), Duration.ofSeconds(parking.returnSeconds()));
  }

  boolean isShared() {
    return spec.regime() == Regime.SHARED;
  }

  private int gpu() {
    return isShared() ? Math.max(1, budget()) : pools().mostOfFirst();
  }

  private int fewest() {
    return parkingSpec().enabled()
        ? Math.clamp(spec.pruning().minStudents(), 1, students)
        : students;
  }

  /** Seats that the devices have room for. */
  int budget() {
    return scaling().gpuBudget() == null
        ? SeatBounds.NO_BUDGET
        : SeatBounds.seatsWithin(scaling().gpuBudget(), devices());
  }

  /** Devices that each seat takes; one claim for all seats is no matter of their number. */
  private int devices() {
    Accelerator accelerator = spec.seats().accelerator();
    if (accelerator == null || accelerator.resourceClaim() != null) {
      return 0;
    }
    return accelerator.extendedResource() == null ? 1 : accelerator.extendedResource().count();
  }

  private ScalingSpec scaling() {
    return spec.scaling();
  }

  private ParkingSpec parkingSpec() {
    return Optional.ofNullable(scaling().parking())
        .orElseGet(() -> new ParkingSpec(null, null, null));
  }
}
