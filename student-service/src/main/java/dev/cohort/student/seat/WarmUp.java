package dev.cohort.student.seat;

import dev.cohort.packages.BatchRules;
import dev.cohort.packages.Manifest;
import dev.cohort.packages.PackedBatch;
import dev.cohort.packages.TokenRow;
import dev.cohort.student.engine.StudentEngine;
import java.util.Arrays;
import java.util.Collections;

/** Runs a few batch shapes, so that the first real batch meets allocated memory and warm code. */
final class WarmUp {
  private static final int ROUNDS = 3;
  private static final int[][] ROWS_AND_TOKENS = {{1, 16}, {8, 16}, {1, 128}, {8, 64}};

  private final StudentEngine engine;
  private final Manifest manifest;
  private final BatchRules rules;

  WarmUp(StudentEngine engine, Manifest manifest, BatchRules rules) {
    this.engine = engine;
    this.manifest = manifest;
    this.rules = rules;
  }

  void run(int student) {
    for (int round = 0; round < ROUNDS; round++) {
      for (int[] shape : ROWS_AND_TOKENS) {
        engine.forward(batch(shape[0], shape[1]), student);
      }
    }
  }

  private PackedBatch batch(int rows, int tokens) {
    int length = Math.min(tokens, Math.min(rules.maxRowTokens(), rules.maxTokens()));
    int count = Math.clamp(rules.maxTokens() / length, 1, Math.min(rows, rules.maxRows()));
    int[] ids = new int[length];
    Arrays.setAll(ids, i -> token(i));
    return PackedBatch.of(Collections.nCopies(count, TokenRow.of(ids)), rules);
  }

  private int token(int place) {
    return manifest.selfTest().inputIds().get(place % manifest.selfTest().inputIds().size());
  }
}
