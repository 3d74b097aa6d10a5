package dev.cohort.student.seat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.packages.Manifest;
import dev.cohort.packages.Package;
import dev.cohort.student.TestPackages;
import dev.cohort.student.engine.Device;
import dev.cohort.student.seat.Holdings.Regime;
import java.util.OptionalLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
  private static Manifest manifest;

  @BeforeAll
  static void open() throws Exception {
    manifest = Package.open(TestPackages.tiny()).manifest();
  }

  private static MemoryBudget budget(OptionalLong configured, Device device) {
    return MemoryBudget.of(new Holdings(1, Regime.SHARED, configured), device, manifest);
  }

  @Test
  void aStudentTakesTwoFloatsForEachParameterAndBuffers() {
    assertEquals(
        (4 << 20) + 8 * manifest.students().get(1).parameters(), MemoryBudget.bytes(manifest, 1));
  }

  @Test
  void whatIsTakenIsNotLeft() {
    MemoryBudget budget = budget(OptionalLong.of(1L << 30), Device.CPU);
    assertEquals(1L << 30, budget.left());
    budget.take(1000);
    budget.take(24);
    assertEquals((1L << 30) - 1024, budget.left());
  }

  @Test
  void withoutOneTheMachineDecidesOnTheCpuAndTheEngineOnAGpu() {
    assertTrue(budget(OptionalLong.empty(), Device.CPU).left() >= MemoryBudget.bytes(manifest, 1));
    assertTrue(budget(OptionalLong.empty(), Device.CPU).left() < 1L << 50);
    assertEquals(Long.MAX_VALUE, budget(OptionalLong.empty(), Device.CUDA).left());
  }
}
