package dev.cohort.policy;

import java.util.List;

/**
 * Whether a seat multiplies in fp32 or in int8. Left to choose, it takes int8 only where that is
 * faster and where the package's own figures say that it costs little:
 *
 * <pre>100 x (fp32[k] - int8[k]) &lt;= floor points, for every prefix k</pre>
 *
 * <p>Stateless, thread-safe.
 */
public final class PrecisionPolicy {
  /** What the seat was told. */
  public enum Wanted {
    FP32,
    INT8,
    AUTO
  }

  /**
   * What the package offers.
   *
   * @param graphs it has graphs for int8
   * @param fp32 quality of each prefix in fp32, 0..1
   * @param int8 the same in int8 on the same rows; empty when it was not measured
   */
  public record Offer(boolean graphs, List<Double> fp32, List<Double> int8) {
    /** Copies the lists. */
    public Offer {
      fp32 = List.copyOf(fp32);
      int8 = List.copyOf(int8);
      if (!int8.isEmpty() && int8.size() != fp32.size()) {
        throw new IllegalArgumentException(
            "quality of %d prefixes in fp32 but %d in int8".formatted(fp32.size(), int8.size()));
      }
    }

    /** Points of the metric that int8 costs at the prefix where it costs most. */
    double lossPoints() {
      double loss = Double.NEGATIVE_INFINITY;
      for (int k = 0; k < int8.size(); k++) {
        loss = Math.max(loss, 100 * (fp32.get(k) - int8.get(k)));
      }
      return loss;
    }
  }

  /** Why. */
  public enum Reason {
    /** The configuration says so. */
    TOLD,
    /** Int8 is fast here and loses no more than allowed. */
    FAST_AND_GOOD,
    /** The package has no graphs for int8. */
    NO_GRAPHS,
    /** The processor has no instructions for products of 8-bit integers. */
    SLOW_PROCESSOR,
    /** Nobody measured the package in int8. */
    NOT_MEASURED,
    /** Int8 loses more than allowed. */
    LOSS
  }

  /** The answer. */
  public sealed interface Decision {}

  /**
   * The seat runs.
   *
   * @param int8 in int8; else in fp32
   */
  public record Run(boolean int8, Reason reason) implements Decision {}

  /** The seat was told int8, and the package has no graphs for that. */
  public record Impossible() implements Decision {}

  /** Rounding of six decimal places in a manifest must not decide. */
  private static final double ROUNDING_POINTS = 1e-4;

  private final double floorPoints;

  /**
   * @param floorPoints points of the metric that int8 may lose at any prefix, 0 or more
   */
  public PrecisionPolicy(double floorPoints) {
    if (!(floorPoints >= 0)) {
      throw new IllegalArgumentException("floor points must be 0 or more: " + floorPoints);
    }
    this.floorPoints = floorPoints;
  }

  /**
   * @param fastProcessor it has instructions for products of 8-bit integers
   */
  public Decision decide(Wanted wanted, boolean fastProcessor, Offer offer) {
    return switch (wanted) {
      case FP32 -> new Run(false, Reason.TOLD);
      case INT8 -> offer.graphs() ? new Run(true, Reason.TOLD) : new Impossible();
      case AUTO -> choose(fastProcessor, offer);
    };
  }

  private Run choose(boolean fastProcessor, Offer offer) {
    if (!offer.graphs()) {
      return new Run(false, Reason.NO_GRAPHS);
    }
    if (!fastProcessor) {
      return new Run(false, Reason.SLOW_PROCESSOR);
    }
    if (offer.int8().isEmpty()) {
      return new Run(false, Reason.NOT_MEASURED);
    }
    return offer.lossPoints() <= floorPoints + ROUNDING_POINTS
        ? new Run(true, Reason.FAST_AND_GOOD)
        : new Run(false, Reason.LOSS);
  }
}
