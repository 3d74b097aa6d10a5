package dev.cohort.operator.burst;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.protocol.burst.v1.ModelSignals;
import dev.cohort.protocol.burst.v1.Offered;
import dev.cohort.protocol.burst.v1.WatchResponse;
import org.junit.jupiter.api.Test;

final class GistTest {
  private static Reception told(boolean burst, int prefix, double offered, double drain) {
    return new Reception(
        "pod",
        WatchResponse.newBuilder()
            .setAggregatorId("a")
            .addModels(
                ModelSignals.newBuilder()
                    .setBurst(burst)
                    .setPrefix(prefix)
                    .setOffered(Offered.newBuilder().setStudentMicrosPerSecond(offered))
                    .setDrainFullMicros(drain))
            .build(),
        0);
  }

  @Test
  void aChangeOfThePrefixIsNews() {
    Reception calm = told(false, 4, 1e6, 1e3);
    assertTrue(Gist.isNews(calm, calm, told(true, 3, 1e6, 1e3)));
    assertFalse(Gist.isNews(calm, calm, told(false, 4, 1.1e6, 1e3)));
  }

  /** Else more seats would wait for the next look. */
  @Test
  void aBurstThatGrowsIsNews() {
    Reception begun = told(true, 1, 1e6, 1e5);
    Reception before = told(true, 1, 1.2e6, 1e5);
    assertFalse(Gist.isNews(begun, begun, before));
    assertTrue(Gist.isNews(before, begun, told(true, 1, 1.3e6, 1e5)));
    assertTrue(Gist.isNews(before, begun, told(true, 1, 1e6, 2e5)));
    assertFalse(Gist.isNews(before, begun, told(true, 1, 0.1e6, 1e3)));
  }

  @Test
  void loadWithoutABurstIsNoNews() {
    Reception calm = told(false, 4, 1e6, 1e3);
    assertFalse(Gist.isNews(calm, calm, told(false, 4, 9e6, 9e3)));
  }
}
