package dev.cohort.cli.predict;

import dev.cohort.packages.Manifest.Task;

/**
 * The answer to one row. The array is not copied.
 *
 * @param label the best label; empty unless the task is classification
 * @param values probabilities, the regression's number or the embedding
 * @param studentsUsed how many students took part
 */
record Prediction(Task task, String label, float[] values, int studentsUsed) {
  /** The largest value: for a classification the label's probability. */
  float largest() {
    float largest = Float.NEGATIVE_INFINITY;
    for (float value : values) {
      largest = Math.max(largest, value);
    }
    return largest;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Prediction that
        && task == that.task
        && label.equals(that.label)
        && java.util.Arrays.equals(values, that.values)
        && studentsUsed == that.studentsUsed;
  }

  @Override
  public int hashCode() {
    return java.util.Objects.hash(task, label, studentsUsed, java.util.Arrays.hashCode(values));
  }

  @Override
  public String toString() {
    return "Prediction[%s %s, %d values, %d students]"
        .formatted(task, label, values.length, studentsUsed);
  }
}
