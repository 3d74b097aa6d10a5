package dev.cohort.cli.replay;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * Counts a replay: in total, for each slot of time, and since the last look. Times are nanoseconds
 * since the begin of the replay. Thread-safe: everything is guarded by this.
 */
final class Tally {
  private static final int MAX_SLOTS = 120;
  private static final List<Duration> WIDTHS =
      Stream.of(500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000)
          .map(Duration::ofMillis)
          .toList();

  private final Duration width;
  private final long latencyTarget;
  private final Cell[] slots;
  private final Cell total = new Cell();
  private final Histogram lag = new Histogram(3);
  private Cell recent = new Cell();
  private int studentsTotal;

  /**
   * An empty tally.
   *
   * @param length of the replay
   * @param drain how long after its end answers may come
   * @param latencyTarget answers within this are in time
   */
  Tally(Duration length, Duration drain, Duration latencyTarget) {
    this.width =
        WIDTHS.stream()
            .filter(candidate -> length.dividedBy(candidate) < MAX_SLOTS)
            .findFirst()
            .orElse(length.dividedBy(MAX_SLOTS).plusNanos(1));
    this.latencyTarget = latencyTarget.toNanos();
    this.slots = new Cell[Math.toIntExact(length.plus(drain).dividedBy(width)) + 1];
    Arrays.setAll(slots, slot -> new Cell());
  }

  /** A request's time has come. */
  synchronized void offered(long due) {
    slot(due).countOffered();
    total.countOffered();
    recent.countOffered();
  }

  /** It was sent, at this time. */
  synchronized void sent(long due, long at) {
    slot(due).countSent();
    total.countSent();
    recent.countSent();
    lag.recordValue(TimeUnit.NANOSECONDS.toMicros(at - due));
  }

  /** It was not sent. */
  synchronized void notSent(long due, String reason) {
    slot(due).countNotSent(reason);
    total.countNotSent(reason);
    recent.countNotSent(reason);
  }

  /** It was refused, or failed. */
  synchronized void refused(long due, String code) {
    slot(due).countRefused(code);
    total.countRefused(code);
    recent.countRefused(code);
  }

  /** It was answered, at this time. */
  synchronized void answered(long due, long at, Reply reply, Optional<String> right) {
    slot(at).countAnswered();
    total.countAnswered();
    recent.countAnswered();
    long latency = Math.max(0, at - due);
    boolean isInTime = latency <= latencyTarget;
    slot(due).describe(reply, right, latency, isInTime);
    total.describe(reply, right, latency, isInTime);
    recent.describe(reply, right, latency, isInTime);
    studentsTotal = Math.max(studentsTotal, reply.studentsTotal());
  }

  /** Figures of all requests so far. */
  synchronized Figures total() {
    return total.figures();
  }

  /** Figures since the last call of this. */
  synchronized Figures takeRecent() {
    Figures figures = recent.figures();
    recent = new Cell();
    return figures;
  }

  /** How much later than due requests were sent. */
  synchronized Quantiles lag() {
    return Quantiles.ofMicros(lag);
  }

  /** The students of the model, as far as answers told; else 0. */
  synchronized int studentsTotal() {
    return studentsTotal;
  }

  /** Width of a slot. */
  Duration width() {
    return width;
  }

  /** Figures of the slots up to this time, that of the time itself included. */
  synchronized List<Figures> timeline(long until) {
    return Arrays.stream(slots, 0, index(until) + 1).map(Cell::figures).toList();
  }

  private Cell slot(long time) {
    return slots[index(time)];
  }

  private int index(long time) {
    return Math.clamp(time / width.toNanos(), 0, slots.length - 1);
  }
}
