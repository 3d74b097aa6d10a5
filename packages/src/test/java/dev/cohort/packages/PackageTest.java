package dev.cohort.packages;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackageTest {
  @ParameterizedTest
  @ValueSource(strings = {"tiny-package", "tiny-package-int8"})
  void opensWhatTheDistillerWrites(String name) throws Exception {
    Package opened = Package.open(TinyPackage.folder(name));
    Manifest manifest = opened.manifest();
    assertEquals(name, manifest.name());
    assertEquals(Manifest.Task.CLASSIFICATION, manifest.task());
    assertEquals(List.of("money", "music", "travel", "time", "other"), manifest.labels());
    assertEquals(5, manifest.bias().size());
    assertEquals(-1.0179118f, manifest.bias().getFirst());
    assertEquals(3, manifest.studentsTotal());
    assertEquals(5, manifest.outputDimension());
    assertEquals(2, manifest.students().get(1).layers());
    assertEquals(3, manifest.selfTest().contributions().size());
    assertEquals(List.of(0.8, 0.9, 0.93), manifest.quality().dev().prefixes());
    assertEquals(
        new Manifest.Interval(0.7, 0.9), manifest.quality().dev().prefixIntervals().getFirst());
    assertEquals(Optional.empty(), manifest.quality().test());
    assertTrue(Files.isRegularFile(opened.graph(2, Precision.FP32)));
  }

  @Test
  void int8GraphsLieBesideTheFirstOnes() throws Exception {
    Package opened = Package.open(TinyPackage.folder("tiny-package-int8"));
    Manifest manifest = opened.manifest();
    assertTrue(manifest.runs(Precision.INT8));
    assertEquals("student-1.int8.onnx", manifest.graph(1, Precision.INT8));
    assertTrue(Files.isRegularFile(opened.graph(2, Precision.INT8)));
    Manifest.SelfTest fp32 = manifest.selfTest(Precision.FP32);
    Manifest.SelfTest int8 = manifest.selfTest(Precision.INT8);
    assertEquals(fp32.inputIds(), int8.inputIds());
    assertNotEquals(fp32.contributions(), int8.contributions());
    assertTrue(int8.tolerance() > fp32.tolerance());
    Manifest.Int8Quality quality = manifest.int8().orElseThrow().quality().orElseThrow();
    assertEquals(manifest.quality().dev().measured(), quality.dev());
  }

  @ParameterizedTest
  @ValueSource(strings = {"/int8", "/int8/quality"})
  void int8IsOptional(String key) throws Exception {
    Path folder = TinyPackage.copy("tiny-package-int8");
    JsonPointer pointer = JsonPointer.compile(key);
    ManifestText.change(
        folder,
        manifest ->
            ((ObjectNode) manifest.at(pointer.head()))
                .remove(pointer.last().getMatchingProperty()));
    Manifest manifest = Package.open(folder).manifest();
    assertEquals(!key.equals("/int8"), manifest.runs(Precision.INT8));
    assertEquals(Optional.empty(), manifest.int8().flatMap(Manifest.Int8::quality));
    assertTrue(manifest.runs(Precision.FP32));
  }

  @Test
  void tokenizerGivesTheSelfTestRow() throws Exception {
    Package opened = Package.open(TinyPackage.folder("tiny-package"));
    Manifest.SelfTest test = opened.manifest().selfTest();
    try (TextTokenizer tokenizer = opened.tokenizer()) {
      TokenRow row = tokenizer.encode(test.text().getFirst());
      assertArrayEquals(test.row().ids(), row.ids());
      assertArrayEquals(test.row().types(), row.types());
    }
  }

  @Test
  void filesThatAreNotListedAreIgnored() throws Exception {
    Path folder = TinyPackage.copy("tiny-package");
    Files.writeString(folder.resolve("notes.txt"), "anything");
    assertEquals("tiny-package", Package.open(folder).manifest().name());
  }
}
