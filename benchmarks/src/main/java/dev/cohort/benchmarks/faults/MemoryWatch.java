package dev.cohort.benchmarks.faults;

import dev.cohort.benchmarks.Bar;
import dev.cohort.benchmarks.Row;
import dev.cohort.cli.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Resident memory of one process over time, by Linux' {@code /proc}. Thread-safe; samples until it
 * is closed.
 */
public final class MemoryWatch implements AutoCloseable {
  /** Growth compares two stretches, each this part of the whole. */
  private static final int PARTS = 9;

  /** Less growth than this counts as none. */
  private static final double FLAT_PERCENT = 5;

  private final String name;
  private final Path status;
  private final ScheduledExecutorService sampler =
      Executors.newSingleThreadScheduledExecutor(
          task -> Thread.ofPlatform().name("memory-watch").daemon().unstarted(task));
  // Guarded by this.
  private final List<Long> bytes = new ArrayList<>();

  private MemoryWatch(String name, ProcessHandle process) {
    this.name = name;
    this.status = Path.of("/proc", Long.toString(process.pid()), "status");
  }

  /**
   * Samples from now on.
   *
   * @param name for people
   */
  public static MemoryWatch start(String name, ProcessHandle process, Duration period) {
    MemoryWatch watch = new MemoryWatch(name, process);
    watch.sampler.scheduleAtFixedRate(watch::sample, 0, period.toNanos(), TimeUnit.NANOSECONDS);
    return watch;
  }

  /** For people. */
  public String name() {
    return name;
  }

  /**
   * How much more is resident in the last ninth than in the ninth after the first third, in
   * percent: medians of both.
   */
  public synchronized double growthPercent() {
    return growthPercent(bytes.stream().mapToLong(Long::longValue).toArray());
  }

  /** As {@link #growthPercent()}, of these samples; NaN for fewer than nine. */
  static double growthPercent(long[] bytes) {
    int part = bytes.length / PARTS;
    if (part == 0) {
      return Double.NaN;
    }
    int third = bytes.length / 3;
    double before = median(Arrays.copyOfRange(bytes, third, third + part));
    double after = median(Arrays.copyOfRange(bytes, bytes.length - part, bytes.length));
    return 100 * (after / before - 1);
  }

  /** The latest sample in MiB; NaN before the first. */
  public synchronized double mebibytes() {
    return bytes.isEmpty() ? Double.NaN : bytes.getLast() / (double) (1 << 20);
  }

  /** The growth against its bar. */
  public Row row(String measure) {
    return Row.of(measure + "." + name, growthPercent(), "%")
        .with(Bar.below(FLAT_PERCENT))
        .withDetail("%.0f MiB resident at the end".formatted(mebibytes()));
  }

  @Override
  public void close() {
    sampler.shutdownNow();
  }

  private void sample() {
    try {
      long now = resident(Files.readAllLines(status));
      synchronized (this) {
        bytes.add(now);
      }
    } catch (IOException e) {
      // The process has ended; whoever watches it says so.
      sampler.shutdown();
    }
  }

  /** Bytes of the line {@code VmRSS: N kB}. */
  static long resident(List<String> status) {
    return status.stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .map(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElseThrow(() -> CommandException.failure("no VmRSS in /proc: this needs Linux"));
  }

  private static double median(long[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }
}
