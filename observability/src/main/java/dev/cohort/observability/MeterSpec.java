package dev.cohort.observability;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.LongStream;

/**
 * One metric of a service: what it is called, counts and is labelled with. Services register their
 * meters only by way of these, so that the reference page cannot differ from them. Immutable and
 * thread-safe. Registering the same metric with the same labels again gives the same meter.
 *
 * @param name with dots; {@link #exported} is what Prometheus sees
 * @param unit of one observation: {@code seconds}, or what is counted
 * @param labels names, in the order that values are given in
 * @param meaning one sentence without its full stop
 */
public record MeterSpec(String name, Kind kind, String unit, List<String> labels, String meaning) {
  /** What a metric is to Prometheus. */
  public enum Kind {
    /** Only grows. */
    COUNTER,
    /** A level. */
    GAUGE,
    /** Seconds, with buckets from 1 ms to 10 s. */
    TIMER,
    /** Sizes, with buckets that double from 1 to 2048. */
    SIZES,
    /** Few whole numbers, with a bucket for each that occurs. */
    STEPS
  }

  private static final Duration[] TIMES =
      LongStream.of(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
          .mapToObj(Duration::ofMillis)
          .toArray(Duration[]::new);

  private static final double[] DOUBLING = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048};

  /** Copies the labels. */
  public MeterSpec {
    labels = List.copyOf(labels);
  }

  /** A counter. */
  public static MeterSpec counter(String name, String unit, String meaning, String... labels) {
    return new MeterSpec(name, Kind.COUNTER, unit, List.of(labels), meaning);
  }

  /** A level. */
  public static MeterSpec gauge(String name, String unit, String meaning, String... labels) {
    return new MeterSpec(name, Kind.GAUGE, unit, List.of(labels), meaning);
  }

  /** A histogram of times. */
  public static MeterSpec timer(String name, String meaning, String... labels) {
    return new MeterSpec(name, Kind.TIMER, "seconds", List.of(labels), meaning);
  }

  /** A histogram of sizes. */
  public static MeterSpec sizes(String name, String unit, String meaning, String... labels) {
    return new MeterSpec(name, Kind.SIZES, unit, List.of(labels), meaning);
  }

  /** A histogram of few whole numbers. */
  public static MeterSpec steps(String name, String unit, String meaning, String... labels) {
    return new MeterSpec(name, Kind.STEPS, unit, List.of(labels), meaning);
  }

  /** The name that Prometheus sees; of a histogram without {@code _bucket} and the like. */
  public String exported() {
    String plain = name.replace('.', '_');
    return switch (kind) {
      case COUNTER -> plain + "_total";
      case TIMER -> plain + "_seconds";
      case GAUGE, SIZES, STEPS -> plain;
    };
  }

  /** The counter of these label values. */
  public Counter counter(MeterRegistry registry, String... values) {
    require(Kind.COUNTER);
    return Counter.builder(name).description(meaning).tags(tags(values)).register(registry);
  }

  /** Reports a level from now on; asked whenever metrics are read, on any thread. */
  public void gauge(MeterRegistry registry, Supplier<Number> level, String... values) {
    require(Kind.GAUGE);
    Gauge.builder(name, level).description(meaning).tags(tags(values)).register(registry);
  }

  /** The histogram of times of these label values. */
  public Timer timer(MeterRegistry registry, String... values) {
    require(Kind.TIMER);
    return Timer.builder(name)
        .description(meaning)
        .tags(tags(values))
        .serviceLevelObjectives(TIMES)
        .register(registry);
  }

  /** The histogram of sizes of these label values. */
  public DistributionSummary sizes(MeterRegistry registry, String... values) {
    require(Kind.SIZES);
    return summary(registry, DOUBLING, values);
  }

  /**
   * The histogram of whole numbers of these label values.
   *
   * @param most the largest that occurs, at least 1
   */
  public DistributionSummary steps(MeterRegistry registry, int most, String... values) {
    require(Kind.STEPS);
    return summary(registry, LongStream.rangeClosed(1, most).asDoubleStream().toArray(), values);
  }

  private DistributionSummary summary(MeterRegistry registry, double[] buckets, String... values) {
    return DistributionSummary.builder(name)
        .description(meaning)
        .tags(tags(values))
        .serviceLevelObjectives(buckets)
        .register(registry);
  }

  private void require(Kind asked) {
    if (kind != asked) {
      throw new IllegalStateException(
          "%s is a %s, not a %s; this is a bug".formatted(name, kind, asked));
    }
  }

  private Tags tags(String... values) {
    if (values.length != labels.size()) {
      throw new IllegalStateException(
          "%s has the labels %s, and got %d values; this is a bug"
              .formatted(name, labels, values.length));
    }
    Tags tags = Tags.empty();
    for (int i = 0; i < values.length; i++) {
      tags = tags.and(labels.get(i), values[i]);
    }
    return tags;
  }
}
