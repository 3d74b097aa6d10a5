package dev.cohort.crds;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How the Java types are read. */
final class ResourcesTest {
  private static final String SMALLEST = "package:\n  persistentVolumeClaim: {claimName: x}\n";

  @Test
  void theSmallestNamesOnlyThePackage() {
    StudentEnsembleSpec spec = Resources.spec(SMALLEST);
    assertEquals("x", spec.source().persistentVolumeClaim().claimName());
    assertEquals(Regime.SHARED, spec.regime());
    assertEquals(2, spec.aggregator().replicas());
    assertEquals(50, spec.serving().latencyTargetMillis());
  }

  /** Objects of a later version stay readable. */
  @Test
  void ignoresWhatItDoesNotKnow() {
    String later = SMALLEST + "engine: {lanes: 3, warp: 9}\nmood: good\n";
    assertEquals(3, Resources.spec(later).engine().lanes());
    assertEquals(Resources.spec(SMALLEST + "engine: {lanes: 3}\n"), Resources.spec(later));
  }

  @Test
  void listsAndMapsAreNeverNull() {
    PodOverrides overrides = Resources.spec(SMALLEST + "seats: {pod: {}}\n").seats().pod();
    assertEquals(List.of(), overrides.env());
    assertEquals(Map.of(), overrides.labels());
    assertThrows(UnsupportedOperationException.class, () -> overrides.labels().put("a", "b"));
  }
}
