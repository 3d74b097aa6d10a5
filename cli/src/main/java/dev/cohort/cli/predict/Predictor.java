package dev.cohort.cli.predict;

import java.util.List;

/** Answers rows of text. Not for concurrent use. */
interface Predictor extends AutoCloseable {
  /** Rows that one call takes. */
  int MAX_ROWS = 16;

  /**
   * The answers, in the rows' order.
   *
   * @param rows 1 to {@link #MAX_ROWS}
   */
  List<Prediction> predict(List<Question> rows);

  @Override
  void close();
}
