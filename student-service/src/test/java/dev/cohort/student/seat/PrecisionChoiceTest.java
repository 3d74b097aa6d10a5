package dev.cohort.student.seat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.packages.Manifest;
import dev.cohort.packages.Package;
import dev.cohort.packages.Precision;
import dev.cohort.policy.PrecisionPolicy.Wanted;
import dev.cohort.student.TestPackages;
import dev.cohort.student.engine.Device;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a package, a device and a processor allow; the rule itself is tested with the policy. */
class PrecisionChoiceTest {
  private static Manifest manifest(String name) throws Exception {
    Path demo = Path.of("..", "demo", name);
    return Package.open(name.equals("clinc150") ? demo : TestPackages.folder(name)).manifest();
  }

  @ParameterizedTest
  @CsvSource({
    // package, precision, floor, device, fast processor, expected
    "tiny-package-int8, FP32, 1, CPU, true, FP32",
    "tiny-package-int8, INT8, 1, CPU, false, INT8",
    "tiny-package-int8, AUTO, 1, CPU, true, INT8",
    "tiny-package-int8, AUTO, 1, CPU, false, FP32",
    "tiny-package-int8, AUTO, 1, CUDA, true, FP32",
    "tiny-package-int8, AUTO, 1, TENSORRT, true, FP32",
    "tiny-package, AUTO, 1, CPU, true, FP32",
    "clinc150, AUTO, 1, CPU, true, INT8",
    "clinc150, AUTO, 0, CPU, true, FP32",
  })
  void choosesWhatCanRun(
      String name,
      Wanted wanted,
      double floorPoints,
      Device device,
      boolean fastProcessor,
      Precision expected)
      throws Exception {
    PrecisionChoice choice =
        new PrecisionChoice(new PrecisionSettings(wanted, floorPoints), device, fastProcessor);
    assertEquals(expected, choice.of(manifest(name)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tiny-package | CPU | package tiny-package has no int8 graphs; ./cohort quantize adds them",
        "tiny-package-int8 | CUDA | which needs cohort.device cpu",
      })
  void saysWhatInt8Lacks(String name, Device device, String sentence) throws Exception {
    Manifest manifest = manifest(name);
    PrecisionChoice choice =
        new PrecisionChoice(new PrecisionSettings(Wanted.INT8, 1), device, true);
    String message =
        assertThrows(IllegalArgumentException.class, () -> choice.of(manifest)).getMessage();
    assertTrue(message.startsWith("cohort.precision is int8, "), message);
    assertTrue(message.contains(sentence), message);
  }

  @Test
  void theFloorIsANumberOfPoints() {
    for (double points : new double[] {-0.1, 100.1, Double.NaN}) {
      String message =
          assertThrows(
                  IllegalArgumentException.class, () -> new PrecisionSettings(Wanted.AUTO, points))
              .getMessage();
      assertEquals(
          "cohort.precision-floor is " + points + "; allowed are 0 to 100 points", message);
    }
  }
}
