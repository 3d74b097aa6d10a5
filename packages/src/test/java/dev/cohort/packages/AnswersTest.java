package dev.cohort.packages;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class AnswersTest {
  private static final List<String> LABELS = List.of("yes", "no");

  private static Answers answers(Manifest.Task task, Float... bias) {
    return Answers.of(Manifests.of(task, List.of(bias), LABELS));
  }

  @Test
  void sumsBiasAndContributionsForEveryPrefix() {
    Answers answers = answers(Manifest.Task.CLASSIFICATION, 1f, 2f);
    List<float[]> contributions = List.of(new float[] {1, 0, 0, 5}, new float[] {0, 4, 1, 0});
    List<float[]> prefixes = answers.prefixes(contributions, 2);
    assertArrayEquals(new float[] {2, 2, 1, 7}, prefixes.get(0));
    assertArrayEquals(new float[] {2, 6, 2, 7}, prefixes.get(1));
    assertArrayEquals(prefixes.get(1), answers.logits(contributions, 2));
    assertArrayEquals(new float[] {1, 2}, answers.logits(List.of(), 1));
  }

  @Test
  void softmaxSurvivesLargeNumbersAndLabelsTakeTheFirstOfEquals() {
    Answers answers = answers(Manifest.Task.CLASSIFICATION, 0f, 0f);
    float[] logits = {1e30f, 1e30f, -1e4f, 1e4f};
    assertArrayEquals(
        new float[] {0.5f, 0.5f, 0, 1}, answers.activate(logits, new int[] {1, 1}), 1e-6f);
    assertEquals(List.of("yes", "no"), answers.labels(logits));
  }

  @Test
  void probabilitiesOfEachRowUseTheTemperatureOfItsPrefix() {
    Answers answers = Answers.of(Manifests.withTemperatures(1.0, 2.0, 0.5));
    float[] logits = {1, 0, 1, 0, 1, 0};
    float[] expected = new float[6];
    double[] scaled = {1, 0.5, 2};
    for (int row = 0; row < scaled.length; row++) {
      expected[2 * row] = (float) (1 / (1 + Math.exp(-scaled[row])));
      expected[2 * row + 1] = 1 - expected[2 * row];
    }
    assertArrayEquals(expected, answers.activate(logits, new int[] {1, 2, 3}), 1e-6f);
    assertArrayEquals(new float[] {1, 0, 1, 0, 1, 0}, logits);
    assertEquals(List.of("a", "a", "a"), answers.labels(logits));
  }

  @Test
  void embeddingsGetLengthOneAndZerosStay() {
    Answers answers = answers(Manifest.Task.EMBEDDING, 0f, 0f);
    assertArrayEquals(
        new float[] {0.6f, 0.8f, 0, 0},
        answers.activate(new float[] {3, 4, 0, 0}, new int[] {1, 1}),
        1e-6f);
    assertThrows(IllegalStateException.class, () -> answers.labels(new float[] {1, 2}));
  }

  @Test
  void regressionStaysAsItIs() {
    Answers answers = answers(Manifest.Task.REGRESSION, 0.5f);
    assertArrayEquals(new float[] {1.5f, 2.5f}, answers.logits(List.of(new float[] {1, 2}), 2));
    assertArrayEquals(new float[] {1.5f}, answers.activate(new float[] {1.5f}, new int[] {1}));
  }

  @Test
  void refusesAContributionOfAnotherSize() {
    Answers answers = answers(Manifest.Task.CLASSIFICATION, 0f, 0f);
    assertThrows(
        IllegalArgumentException.class, () -> answers.logits(List.of(new float[] {1, 2}), 2));
  }

  @Test
  void floorIsTheSmallestPrefixWithinThePointsGivenUp() {
    Manifest manifest = Manifests.withDevQuality(0.80, 0.90, 0.915, 0.92);
    assertEquals(3, manifest.floorPrefix(1.0));
    assertEquals(2, manifest.floorPrefix(2.5));
    assertEquals(4, manifest.floorPrefix(0.0));
    assertEquals(1, manifest.floorPrefix(50));
  }
}
