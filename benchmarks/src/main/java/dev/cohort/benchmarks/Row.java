package dev.cohort.benchmarks;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One measured value. Immutable.
 *
 * @param name the bench's name, a dot and what was measured
 * @param value empty when it could not be measured; the detail says why
 * @param unit of value, bar and baseline: {@code ms}, {@code x}, {@code 1/s} ...
 * @param bar what the value has to reach; empty for a value that is only reported
 * @param baseline what the value is compared with, measured in the same run
 * @param detail what a reader has to know beside the numbers; may be empty
 */
public record Row(
    String name,
    OptionalDouble value,
    String unit,
    Optional<Bar> bar,
    OptionalDouble baseline,
    String detail) {
  /** A value that is only reported. */
  public static Row of(String name, double value, String unit) {
    return new Row(
        name, OptionalDouble.of(value), unit, Optional.empty(), OptionalDouble.empty(), "");
  }

  /** How many times the baseline a value is; not measured when the baseline is 0. */
  public static Row ratio(String name, double candidate, double compared) {
    return compared == 0
        ? notMeasured(name, "x", "the baseline is 0, the candidate " + candidate)
        : of(name, candidate / compared, "x");
  }

  /** A value that this machine or this build cannot show. */
  public static Row notMeasured(String name, String unit, String why) {
    return new Row(
        name,
        OptionalDouble.empty(),
        unit,
        Optional.empty(),
        OptionalDouble.empty(),
        "not measured: " + why);
  }

  /** The same with a bar. */
  public Row with(Bar needed) {
    return new Row(name, value, unit, Optional.of(needed), baseline, detail);
  }

  /** The same with what the value is compared with. */
  public Row withBaseline(double compared) {
    return new Row(name, value, unit, bar, OptionalDouble.of(compared), detail);
  }

  /** The same with a remark, after those that it has. */
  public Row withDetail(String remark) {
    String all = detail.isEmpty() ? remark : detail + "; " + remark;
    return new Row(name, value, unit, bar, baseline, all);
  }

  /** Whether the value reaches the bar; empty without value or bar. */
  public Optional<Boolean> holds() {
    return value.isPresent()
        ? bar.map(needed -> needed.holds(value.getAsDouble()))
        : Optional.empty();
  }
}
