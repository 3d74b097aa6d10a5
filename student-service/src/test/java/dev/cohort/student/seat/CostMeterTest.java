package dev.cohort.student.seat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.packages.BatchRules;
import dev.cohort.packages.Package;
import dev.cohort.packages.PackedBatch;
import dev.cohort.policy.CostTable.Grid;
import dev.cohort.student.TestPackages;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The meter on a clock that only the engine moves. */
class CostMeterTest {
  private final AtomicLong nanos = new AtomicLong();

  private Grid measure(int maxRows, int maxTokens, int maxRowTokens, double microsOfToken)
      throws IOException {
    Package tiny = Package.open(TestPackages.tiny());
    BatchRules rules = BatchRules.of(tiny.manifest()).withLimits(maxRows, maxTokens, maxRowTokens);
    return new CostMeter(
            batch -> nanos.addAndGet(time(batch, microsOfToken)),
            tiny.manifest(),
            rules,
            nanos::get)
        .measure();
  }

  private static long time(PackedBatch batch, double microsOfToken) {
    return (long) (1000 * (100 + microsOfToken * batch.tokens()));
  }

  @Test
  void gridIsWhatTheEngineTook() throws IOException {
    Grid table = measure(256, 8192, 512, 10);
    assertEquals(List.of(1, 2, 4, 8, 16), table.rows());
    for (int i = 0; i < table.rows().size(); i++) {
      for (int j = 0; j < table.lengths().size(); j++) {
        assertEquals(
            100 + 10.0 * table.rows().get(i) * table.lengths().get(j),
            table.micros().get(i).get(j),
            1e-6);
      }
    }
    assertEquals(0, table.paddingMicros());
  }

  @Test
  void slowEngineIsMeasuredForABoundedTime() throws IOException {
    Grid table = measure(256, 8192, 512, 5000);
    assertTrue(nanos.get() < 4_000_000_000L, "took " + nanos.get());
    assertEquals(5, table.micros().size());
  }

  @Test
  void limitsOfTheSeatAreKept() throws IOException {
    Grid table = measure(3, 20, 5, 10);
    assertEquals(List.of(1, 2), table.rows());
    assertEquals(List.of(5), table.lengths());
    assertEquals(2, table.micros().size());
  }
}
