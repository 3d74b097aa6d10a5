package dev.cohort.aggregator.oip;

import dev.cohort.packages.Manifest;
import java.util.List;

/** The outputs that a model can give, in the order in which they are sent when none is named. */
public enum Output {
  /** Name of the best column, {@code [B,1]}. */
  LABEL("label", Datatype.BYTES),
  /** Softmax of the logits, {@code [B,D]}. */
  PROBABILITIES("probabilities", Datatype.FP32),
  /** Bias and contributions, before the activation, {@code [B,D]}. */
  LOGITS("logits", Datatype.FP32),
  /** Vector of length 1, {@code [B,D]}. */
  EMBEDDING("embedding", Datatype.FP32),
  /** How many students took part in each row's answer, {@code [B,1]}. */
  STUDENTS_USED("students_used", Datatype.INT32);

  private final String wireName;
  private final Datatype type;

  Output(String wireName, Datatype type) {
    this.wireName = wireName;
    this.type = type;
  }

  /** The outputs of a task. */
  public static List<Output> of(Manifest.Task task) {
    return switch (task) {
      case CLASSIFICATION -> List.of(LABEL, PROBABILITIES, LOGITS, STUDENTS_USED);
      case REGRESSION -> List.of(LOGITS, STUDENTS_USED);
      case EMBEDDING -> List.of(EMBEDDING, STUDENTS_USED);
    };
  }

  /** Columns of this output for a model with D columns. */
  public int columns(int dimension) {
    return this == LABEL || this == STUDENTS_USED ? 1 : dimension;
  }

  /** The tensor's name on the wire. */
  public String wireName() {
    return wireName;
  }

  /** The tensor's datatype. */
  public Datatype type() {
    return type;
  }
}
