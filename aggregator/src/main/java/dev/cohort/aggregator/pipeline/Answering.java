package dev.cohort.aggregator.pipeline;

import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.aggregator.oip.Answer;
import dev.cohort.packages.Answers;
import dev.cohort.packages.Manifest;
import java.util.Arrays;
import java.util.List;

/** From gathered contributions to the answer. A pure function. */
final class Answering {
  private Answering() {}

  /**
   * @param contributions those of a prefix of the students, in order, each {@code [R,D]}
   */
  static Answer answer(ServedModel model, List<float[]> contributions, int rows) {
    Answers answers = model.answers();
    float[] logits = answers.logits(contributions, rows);
    boolean labelled = model.manifest().task() == Manifest.Task.CLASSIFICATION;
    int[] used = new int[rows];
    Arrays.fill(used, contributions.size());
    return new Answer(
        rows,
        answers.columns(),
        logits,
        answers.activate(logits),
        labelled ? answers.labels(logits) : List.of(),
        used,
        model.studentsTotal(),
        false,
        contributions.size() < model.studentsTotal());
  }
}
