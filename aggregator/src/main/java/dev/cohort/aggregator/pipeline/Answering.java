package dev.cohort.aggregator.pipeline;

import dev.cohort.aggregator.dispatch.Contributions;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.aggregator.oip.Answer;
import dev.cohort.packages.Answers;
import dev.cohort.packages.Manifest;
import java.util.List;

/** From gathered contributions to the answer. A pure function. */
final class Answering {
  private Answering() {}

  static Answer answer(ServedModel model, Contributions contributions) {
    Answers answers = model.answers();
    int rows = contributions.used().length;
    float[] logits = answers.logits(contributions.blocks(), rows);
    boolean labelled = model.manifest().task() == Manifest.Task.CLASSIFICATION;
    return new Answer(
        rows,
        answers.columns(),
        logits,
        answers.activate(logits, contributions.used()),
        labelled ? answers.labels(logits) : List.of(),
        contributions.used(),
        model.studentsTotal(),
        contributions.pruned(),
        contributions.degraded());
  }
}
