package dev.cohort.student.seat;

import dev.cohort.packages.Manifest;
import dev.cohort.packages.Precision;
import dev.cohort.policy.PrecisionPolicy;
import dev.cohort.policy.PrecisionPolicy.Impossible;
import dev.cohort.policy.PrecisionPolicy.Offer;
import dev.cohort.policy.PrecisionPolicy.Reason;
import dev.cohort.policy.PrecisionPolicy.Run;
import dev.cohort.policy.PrecisionPolicy.Wanted;
import dev.cohort.student.engine.Device;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The arithmetic that a seat uses for a package; decided once, at its start, and logged.
 *
 * @param fastProcessor the processor has instructions for products of 8-bit integers
 */
record PrecisionChoice(PrecisionSettings settings, Device device, boolean fastProcessor) {
  private static final Logger LOG = LoggerFactory.getLogger(PrecisionChoice.class);

  /**
   * @throws IllegalArgumentException when int8 is asked for and the package or the device cannot
   */
  Precision of(Manifest manifest) {
    if (device != Device.CPU) {
      return onGpu();
    }
    PrecisionPolicy policy = new PrecisionPolicy(settings.floorPoints());
    return switch (policy.decide(settings.wanted(), fastProcessor, offer(manifest))) {
      case Impossible() ->
          throw new IllegalArgumentException(
              "cohort.precision is int8, but package %s has no int8 graphs; ./cohort quantize adds"
                      .formatted(manifest.name())
                  + " them to a package with int8 weights, and fp32 and auto need none");
      case Run(boolean int8, Reason reason) -> logged(int8, reason);
    };
  }

  private Precision onGpu() {
    if (settings.wanted() == Wanted.INT8) {
      throw new IllegalArgumentException(
          "cohort.precision is int8, which needs cohort.device cpu; a GPU chooses its own");
    }
    return Precision.FP32;
  }

  private Precision logged(boolean int8, Reason reason) {
    Precision precision = int8 ? Precision.INT8 : Precision.FP32;
    LOG.info("precision {}: {}", precision, explanation(reason));
    if (int8 && !fastProcessor) {
      LOG.warn("this processor has no instructions for int8; fp32 may be faster");
    }
    return precision;
  }

  private String explanation(Reason reason) {
    return switch (reason) {
      case TOLD -> "the configuration says so";
      case FAST_AND_GOOD ->
          "fast on this processor, and no prefix loses more than %s points"
              .formatted(settings.floorPoints());
      case NO_GRAPHS -> "the package has no int8 graphs; ./cohort quantize adds them";
      case SLOW_PROCESSOR -> "this processor has no instructions for int8";
      case NOT_MEASURED -> "the package's quality in int8 was not measured";
      case LOSS -> "a prefix loses more than %s points in int8".formatted(settings.floorPoints());
    };
  }

  private static Offer offer(Manifest manifest) {
    List<Double> int8 =
        manifest
            .int8()
            .flatMap(Manifest.Int8::quality)
            .map(quality -> quality.dev().prefixes())
            .orElse(List.of());
    return new Offer(manifest.runs(Precision.INT8), manifest.quality().dev().prefixes(), int8);
  }
}
