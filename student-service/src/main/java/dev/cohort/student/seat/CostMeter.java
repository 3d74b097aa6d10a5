package dev.cohort.student.seat;

import dev.cohort.packages.BatchRules;
import dev.cohort.packages.Manifest;
import dev.cohort.packages.PackedBatch;
import dev.cohort.packages.TokenRow;
import dev.cohort.policy.CostTable.Grid;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * Measures how long batches take, for the aggregator's plans: uniform batches over a grid of rows
 * and lengths, and one mixed batch beside a uniform one of as many tokens, which shows what the
 * longest row adds. Each time is that of the fastest of a few runs: what else runs on the machine
 * only adds to it, and the aggregator follows that with its own factor.
 *
 * <p>Bounded: cells are measured from the fewest tokens up, and those that the budget does not
 * reach, or that are over the seat's limits, follow from the cell before in proportion to their
 * tokens. Used once, by one thread.
 */
public final class CostMeter {
  private static final int[] ROWS = {1, 2, 4, 8, 16};
  private static final int[] LENGTHS = {8, 16, 32, 64, 128};
  private static final int RUNS = 5;
  private static final long BUDGET_NANOS = 1_500_000_000L;

  /** Rows of the mixed batch. All but one are short. */
  private static final int MIXED_ROWS = 8;

  private static final int MIXED_SHORT = 8;
  private static final int MIXED_LONG = 64;

  private final Consumer<PackedBatch> engine;
  private final Manifest manifest;
  private final BatchRules rules;
  private final LongSupplier nanoClock;

  /**
   * @param engine runs a batch to its end
   */
  public CostMeter(
      Consumer<PackedBatch> engine, Manifest manifest, BatchRules rules, LongSupplier nanoClock) {
    this.engine = engine;
    this.manifest = manifest;
    this.rules = rules;
    this.nanoClock = nanoClock;
  }

  /** Measures. */
  public Grid measure() {
    long end = nanoClock.getAsLong() + BUDGET_NANOS;
    double padding = padding(end);
    int[] rows = upTo(ROWS, rules.maxRows());
    int[] lengths = upTo(LENGTHS, Math.min(rules.maxRowTokens(), rules.maxTokens()));
    double[] micros = grid(rows, lengths, end);
    List<List<Double>> times =
        IntStream.range(0, rows.length)
            .mapToObj(
                row ->
                    Arrays.stream(micros, row * lengths.length, (row + 1) * lengths.length)
                        .boxed()
                        .toList())
            .toList();
    return new Grid(boxed(rows), boxed(lengths), times, padding);
  }

  private static List<Integer> boxed(int[] numbers) {
    return Arrays.stream(numbers).boxed().toList();
  }

  private double[] grid(int[] rows, int[] lengths, long end) {
    double[] micros = new double[rows.length * lengths.length];
    List<Integer> cells = new ArrayList<>(IntStream.range(0, micros.length).boxed().toList());
    cells.sort(Comparator.comparingInt(cell -> tokens(rows, lengths, cell)));
    double last = 0;
    int lastTokens = 1;
    for (int cell : cells) {
      int tokens = tokens(rows, lengths, cell);
      boolean affordable = last == 0 || nanoClock.getAsLong() - end < 0;
      if (affordable && tokens <= rules.maxTokens()) {
        int[] uniform = new int[rows[cell / lengths.length]];
        Arrays.fill(uniform, lengths[cell % lengths.length]);
        last = fastest(batch(uniform), end);
        lastTokens = tokens;
      }
      micros[cell] = last * tokens / lastTokens;
    }
    return micros;
  }

  /** Time of each unfilled cell of the attention rectangle; 0 where the limits leave no room. */
  private double padding(long end) {
    int tokens = MIXED_LONG + (MIXED_ROWS - 1) * MIXED_SHORT;
    if (rules.maxRowTokens() < MIXED_LONG
        || rules.maxRows() < MIXED_ROWS
        || rules.maxTokens() < tokens) {
      return 0;
    }
    int[] mixed = new int[MIXED_ROWS];
    Arrays.fill(mixed, MIXED_SHORT);
    mixed[0] = MIXED_LONG;
    int[] uniform = new int[MIXED_ROWS];
    int mean = tokens / MIXED_ROWS;
    Arrays.fill(uniform, mean);
    double added = fastest(batch(mixed), end) - fastest(batch(uniform), end);
    return Math.max(0, added) / (MIXED_ROWS * (MIXED_LONG * MIXED_LONG - mean * mean));
  }

  /** Of fewer runs, but one at least, when the budget is spent. */
  private double fastest(PackedBatch batch, long end) {
    double fastest = Double.POSITIVE_INFINITY;
    int runs = 0;
    do {
      long start = nanoClock.getAsLong();
      engine.accept(batch);
      // A clock that did not move still means that some time passed.
      fastest = Math.min(fastest, Math.max(1, (nanoClock.getAsLong() - start) / 1000.0));
      runs++;
    } while (runs < RUNS && nanoClock.getAsLong() - end < 0);
    return fastest;
  }

  private PackedBatch batch(int[] lengths) {
    return PackedBatch.of(
        Arrays.stream(lengths).mapToObj(length -> TokenRow.of(ids(length))).toList(), rules);
  }

  private int[] ids(int length) {
    List<Integer> sample = manifest.selfTest().inputIds();
    return IntStream.range(0, length).map(i -> sample.get(i % sample.size())).toArray();
  }

  private static int tokens(int[] rows, int[] lengths, int cell) {
    return rows[cell / lengths.length] * lengths[cell % lengths.length];
  }

  /** The numbers that are within a limit; the limit itself where none is. */
  private static int[] upTo(int[] numbers, int limit) {
    int[] within = Arrays.stream(numbers).filter(number -> number <= limit).toArray();
    return within.length > 0 ? within : new int[] {limit};
  }
}
