package dev.cohort.packages;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * From contributions to answers: the sum of a prefix, the activation and the label. All matrices
 * are row-major float arrays of R rows x D columns. Immutable and thread-safe.
 *
 * <p>The sum is always taken in boosting order, so the same contributions give the same bits
 * whatever order they arrived in.
 */
public final class Answers {
  private final Manifest.Task task;
  private final float[] bias;
  private final List<String> labels;
  private final double[] temperatures;

  private Answers(Manifest.Task task, float[] bias, List<String> labels, double[] temperatures) {
    this.task = task;
    this.bias = bias;
    this.labels = labels;
    this.temperatures = temperatures;
  }

  /** The answers of a package. */
  public static Answers of(Manifest manifest) {
    float[] bias = new float[manifest.bias().size()];
    for (int column = 0; column < bias.length; column++) {
      bias[column] = manifest.bias().get(column);
    }
    double[] temperatures = new double[manifest.studentsTotal()];
    Arrays.fill(temperatures, 1);
    manifest
        .calibration()
        .ifPresent(
            calibration -> Arrays.setAll(temperatures, k -> calibration.temperatures().get(k)));
    return new Answers(manifest.task(), bias, manifest.labels(), temperatures);
  }

  /** D, columns of a matrix. */
  public int columns() {
    return bias.length;
  }

  /**
   * Bias + contributions, before the activation.
   *
   * @param contributions those of students 0..k-1 in order, each {@code [R,D]}; none gives the bias
   * @return {@code [R,D]}
   * @throws IllegalArgumentException when a contribution has another size
   */
  public float[] logits(List<float[]> contributions, int rows) {
    float[] sum = new float[Math.multiplyExact(rows, bias.length)];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(bias, 0, sum, row * bias.length, bias.length);
    }
    contributions.forEach(contribution -> add(sum, contribution));
    return sum;
  }

  /**
   * The logits of every prefix.
   *
   * @param contributions those of all students in order, each {@code [R,D]}
   * @return entry k-1 is prefix k, {@code [R,D]}
   */
  public List<float[]> prefixes(List<float[]> contributions, int rows) {
    List<float[]> prefixes = new ArrayList<>(contributions.size());
    float[] sum = logits(List.of(), rows);
    for (float[] contribution : contributions) {
      add(sum, contribution);
      prefixes.add(sum.clone());
    }
    return prefixes;
  }

  /**
   * The activation of the task: softmax of each row for classification, the same numbers for
   * regression, each row divided by its L2 norm for embedding (a row of zeros stays).
   *
   * <p>Logits are divided by the temperature of their prefix before the softmax, where the package
   * has temperatures: longer prefixes have larger logits, and a probability is to mean the same
   * however many students answered.
   *
   * @param logits {@code [R,D]}, not changed
   * @param students {@code [R]}: how many answered each row, 1 to M
   * @return {@code [R,D]}
   */
  public float[] activate(float[] logits, int[] students) {
    float[] result = logits.clone();
    if (task == Manifest.Task.REGRESSION) {
      return result;
    }
    for (int start = 0; start < result.length; start += bias.length) {
      switch (task) {
        case CLASSIFICATION ->
            softmax(result, start, temperatures[students[start / bias.length] - 1]);
        case EMBEDDING -> normalize(result, start);
        case REGRESSION -> throw new IllegalStateException("handled above; this is a bug");
      }
    }
    return result;
  }

  /** Column of the largest number of each row; the first of equals. */
  public int[] argmax(float[] logits) {
    int[] columns = new int[logits.length / bias.length];
    for (int row = 0; row < columns.length; row++) {
      int best = 0;
      for (int column = 1; column < bias.length; column++) {
        if (logits[row * bias.length + column] > logits[row * bias.length + best]) {
          best = column;
        }
      }
      columns[row] = best;
    }
    return columns;
  }

  /**
   * The label of each row.
   *
   * @throws IllegalStateException unless the task is classification
   */
  public List<String> labels(float[] logits) {
    if (task != Manifest.Task.CLASSIFICATION) {
      throw new IllegalStateException("task " + task + " has no labels; this is a bug");
    }
    List<String> names = new ArrayList<>();
    for (int column : argmax(logits)) {
      names.add(labels.get(column));
    }
    return names;
  }

  private static void add(float[] sum, float[] contribution) {
    if (contribution.length != sum.length) {
      throw new IllegalArgumentException(
          "a contribution has %d numbers; %d are needed"
              .formatted(contribution.length, sum.length));
    }
    for (int i = 0; i < sum.length; i++) {
      sum[i] += contribution[i];
    }
  }

  private void softmax(float[] values, int start, double temperature) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = start; i < start + bias.length; i++) {
      largest = Math.max(largest, values[i]);
    }
    double[] weights = new double[bias.length];
    double total = 0;
    for (int i = 0; i < bias.length; i++) {
      weights[i] = Math.exp(((double) values[start + i] - largest) / temperature);
      total += weights[i];
    }
    for (int i = 0; i < bias.length; i++) {
      values[start + i] = (float) (weights[i] / total);
    }
  }

  private void normalize(float[] values, int start) {
    double squares = 0;
    for (int i = start; i < start + bias.length; i++) {
      squares += (double) values[i] * values[i];
    }
    if (squares == 0) {
      return;
    }
    double norm = Math.sqrt(squares);
    for (int i = start; i < start + bias.length; i++) {
      values[i] = (float) (values[i] / norm);
    }
  }
}
