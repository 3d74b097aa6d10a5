package dev.cohort.policy;

import java.util.Arrays;
import java.util.List;

/**
 * Engine time of a batch, interpolated from times that a seat measured.
 *
 * <p>The seat measures uniform batches: every combination of some row counts and some row lengths,
 * for one student. Between them the time is interpolated bilinearly in (rows, length), beyond them
 * it grows in proportion to the tokens. A batch of mixed lengths is looked up at its mean length,
 * because matrix products see only tokens; what its longest row adds, the attention rectangle, is
 * {@code padding x rows x (longest^2 - mean^2)}. Students run one after the other and cost the
 * same, since they are of one shape.
 *
 * <p>Immutable, thread-safe. Lookup is O(log of the grid).
 */
public final class CostTable implements BatchCost {

  /**
   * What a seat measured.
   *
   * @param rows row counts of the grid, ascending from 1
   * @param lengths row lengths of the grid, ascending
   * @param micros {@code [rows][lengths]}: one student, uniform batch, positive
   * @param paddingMicros for each cell of the attention rectangle beyond what the rows fill; at
   *     least 0
   */
  public record Grid(
      List<Integer> rows, List<Integer> lengths, List<List<Double>> micros, double paddingMicros) {
    public Grid {
      rows = List.copyOf(rows);
      lengths = List.copyOf(lengths);
      micros = micros.stream().map(List::copyOf).toList();
      requireAscending("rows", rows);
      requireAscending("lengths", lengths);
      int columns = lengths.size();
      if (micros.size() != rows.size() || micros.stream().anyMatch(row -> row.size() != columns)) {
        throw new IllegalArgumentException(
            "cost grid must have %d x %d times".formatted(rows.size(), columns));
      }
      if (micros.stream().flatMap(List::stream).anyMatch(time -> !(time > 0 && time < 1e12))) {
        throw new IllegalArgumentException("cost grid has a time that is not positive and finite");
      }
      if (!(paddingMicros >= 0 && paddingMicros < 1e9)) {
        throw new IllegalArgumentException("padding time must be at least 0: " + paddingMicros);
      }
    }

    private static void requireAscending(String axis, List<Integer> values) {
      int previous = 0;
      for (int value : values) {
        if (value <= previous) {
          throw new IllegalArgumentException(
              axis + " of the cost grid must ascend from 1: " + values);
        }
        previous = value;
      }
      if (values.isEmpty()) {
        throw new IllegalArgumentException(axis + " of the cost grid is empty");
      }
    }
  }

  private final double[] rows;
  private final double[] lengths;
  private final double[][] micros;
  private final double paddingMicros;

  public CostTable(Grid grid) {
    this.rows = axis(grid.rows());
    this.lengths = axis(grid.lengths());
    this.paddingMicros = grid.paddingMicros();
    this.micros =
        grid.micros().stream()
            .map(row -> row.stream().mapToDouble(Double::doubleValue).toArray())
            .toArray(double[][]::new);
    makeMonotone();
  }

  @Override
  public double micros(int students, int tokens, int rowCount, int longest) {
    double mean = (double) tokens / rowCount;
    double padding =
        paddingMicros * rowCount * Math.max(0, (double) longest * longest - mean * mean);
    return students * (uniform(rowCount, mean) + padding);
  }

  private double uniform(double rowCount, double length) {
    double r = Math.clamp(rowCount, rows[0], rows[rows.length - 1]);
    double l = Math.clamp(length, lengths[0], lengths[lengths.length - 1]);
    int i = cell(rows, r);
    int j = cell(lengths, l);
    double below =
        between(lengths, j, l, micros[i][j], micros[i][Math.min(j + 1, lengths.length - 1)]);
    int next = Math.min(i + 1, rows.length - 1);
    double above =
        between(lengths, j, l, micros[next][j], micros[next][Math.min(j + 1, lengths.length - 1)]);
    double inside = between(rows, i, r, below, above);
    return inside * Math.max(1, rowCount / r) * Math.max(1, length / l);
  }

  /** Linear interpolation between two neighbours of an axis. */
  private static double between(double[] axis, int at, double value, double low, double high) {
    if (at + 1 >= axis.length) {
      return low;
    }
    return low + (high - low) * (value - axis[at]) / (axis[at + 1] - axis[at]);
  }

  private static int cell(double[] axis, double value) {
    int found = Arrays.binarySearch(axis, value);
    return found >= 0 ? found : -found - 2;
  }

  private static double[] axis(List<Integer> values) {
    return values.stream().mapToDouble(Integer::doubleValue).toArray();
  }

  /** Measured times are noisy; a plan needs them not to fall when a batch grows. */
  private void makeMonotone() {
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < lengths.length; j++) {
        double before = i > 0 ? micros[i - 1][j] : 0;
        double left = j > 0 ? micros[i][j - 1] : 0;
        micros[i][j] = Math.max(micros[i][j], Math.max(before, left));
      }
    }
  }
}
