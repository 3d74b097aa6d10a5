package dev.cohort.benchmarks.faults;

import dev.cohort.benchmarks.Bar;
import dev.cohort.benchmarks.Row;
import dev.cohort.cli.CommandException;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Resident memory of one JVM over time, by Linux' {@code /proc}, each time after a full collection
 * of garbage: what is left is held. Thread-safe.
 */
public final class MemoryWatch {
  /** Growth compares two stretches, each this part of the whole. */
  private static final int PARTS = 9;

  /** Less growth than this counts as none. */
  private static final double FLAT_PERCENT = 5;

  private static final Duration COLLECTION = Duration.ofSeconds(30);

  private final String name;
  private final ProcessHandle process;
  // Guarded by this.
  private final List<Long> bytes = new ArrayList<>();

  /**
   * Without a sample yet.
   *
   * @param name for people
   */
  public MemoryWatch(String name, ProcessHandle process) {
    this.name = name;
    this.process = process;
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
        .withDetail("%.0f MiB resident at the end, after a full collection".formatted(mebibytes()));
  }

  /** Takes one more sample; a process that has ended gives none. */
  public void sample() throws InterruptedException {
    try {
      collect();
      Path status = Path.of("/proc", Long.toString(process.pid()), "status");
      long now = resident(Files.readAllLines(status));
      synchronized (this) {
        bytes.add(now);
      }
    } catch (IOException e) {
      if (process.isAlive()) {
        throw CommandException.failure("the memory of %s: %s".formatted(name, e.getMessage()), e);
      }
      // Whoever watches the process says that it has ended.
    }
  }

  private void collect() throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process collection =
        new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), "GC.run")
            .redirectErrorStream(true)
            .redirectOutput(Redirect.DISCARD)
            .start();
    if (!collection.waitFor(COLLECTION.toSeconds(), TimeUnit.SECONDS)) {
      collection.destroyForcibly();
      throw new IOException("no full collection within " + COLLECTION);
    }
    if (collection.exitValue() != 0) {
      throw new IOException("jcmd ended with " + collection.exitValue());
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
