package dev.cohort.student.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.packages.Answers;
import dev.cohort.packages.BatchRules;
import dev.cohort.packages.Package;
import dev.cohort.packages.PackedBatch;
import dev.cohort.packages.Precision;
import dev.cohort.packages.TextTokenizer;
import dev.cohort.packages.TokenRow;
import dev.cohort.student.TestPackages;
import dev.cohort.student.TestPackages.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real engine on the packages with random weights. */
class StudentEngineIT {
  private static final float EXACT = 1e-4f;

  private static PackedBatch pack(Package opened, List<TokenRow> rows) {
    return PackedBatch.of(rows, BatchRules.of(opened.manifest()));
  }

  private static List<TokenRow> rows(String name) throws IOException {
    return TestPackages.references(name).stream().map(Reference::row).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tiny-package",
        "tiny-package-int8",
        "tiny-pair",
        "tiny-regression",
        "tiny-embedding",
        "tiny-roberta"
      })
  void everyPrefixEqualsPyTorch(String name) throws Exception {
    Package opened = Package.open(TestPackages.folder(name));
    List<Reference> references = TestPackages.references(name);
    Answers answers = opened.answers();
    int columns = answers.columns();
    try (StudentEngine engine = StudentEngine.load(opened)) {
      PackedBatch batch = pack(opened, rows(name));
      List<float[]> prefixes =
          answers.prefixes(
              engine.forwardPrefix(batch, opened.manifest().studentsTotal()), batch.rows());
      for (int row = 0; row < batch.rows(); row++) {
        for (int k = 0; k < prefixes.size(); k++) {
          assertArrayEquals(
              references.get(row).prefixLogits()[k],
              Arrays.copyOfRange(prefixes.get(k), row * columns, (row + 1) * columns),
              1e-3f,
              "row " + row + ", prefix " + (k + 1));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tiny-package-int8", "tiny-pair"})
  void int8GivesNearlyTheLogitsOfPyTorch(String name) throws Exception {
    Package opened = Package.open(TestPackages.folder(name));
    Answers answers = opened.answers();
    int students = opened.manifest().studentsTotal();
    try (StudentEngine engine = StudentEngine.load(opened, Precision.INT8)) {
      assertEquals("int8", engine.precision());
      for (Reference reference : TestPackages.references(name)) {
        PackedBatch batch = pack(opened, List.of(reference.row()));
        float[] expected = reference.prefixLogits()[students - 1];
        float[] logits = answers.logits(engine.forwardPrefix(batch, students), 1);
        assertArrayEquals(expected, logits, 0.1f);
        assertFalse(Arrays.equals(expected, logits), "int8 did not run");
      }
    }
  }

  @Test
  void thousandTextsGiveTheLogitsOfPyTorch() throws Exception {
    Package opened = Package.open(TestPackages.tiny());
    Answers answers = opened.answers();
    List<TestPackages.Text> texts = TestPackages.texts();
    assertEquals(1_000, texts.size());
    try (StudentEngine engine = StudentEngine.load(opened);
        TextTokenizer tokenizer = opened.tokenizer()) {
      for (int start = 0; start < texts.size(); start += 25) {
        List<TestPackages.Text> part = texts.subList(start, start + 25);
        List<TokenRow> rows = part.stream().map(text -> tokenizer.encode(text.text())).toList();
        PackedBatch batch = pack(opened, rows);
        float[] logits = answers.logits(engine.forwardPrefix(batch, 3), batch.rows());
        for (int row = 0; row < part.size(); row++) {
          assertArrayEquals(
              part.get(row).logits(),
              Arrays.copyOfRange(logits, row * 5, row * 5 + 5),
              1e-3f,
              part.get(row).text());
        }
      }
    }
  }

  @Test
  void packedRowsEqualRowsOneAtATimeWhateverTheMix() throws Exception {
    Package opened = Package.open(TestPackages.tiny());
    List<TokenRow> rows = rows("tiny-package");
    Random random = new Random(3);
    try (StudentEngine engine = StudentEngine.load(opened, List.of(1))) {
      List<float[]> alone =
          rows.stream().map(row -> engine.forward(pack(opened, List.of(row)), 1)).toList();
      for (int mix = 0; mix < 20; mix++) {
        int[] places = random.ints(1 + random.nextInt(12), 0, rows.size()).toArray();
        List<TokenRow> mixed = Arrays.stream(places).mapToObj(rows::get).toList();
        float[] together = engine.forward(pack(opened, mixed), 1);
        for (int row = 0; row < places.length; row++) {
          assertArrayEquals(
              alone.get(places[row]), Arrays.copyOfRange(together, row * 5, row * 5 + 5), EXACT);
        }
      }
    }
  }

  @Test
  void aBatchOverTheScoreBoundRunsInParts() throws Exception {
    Package opened = Package.open(TestPackages.tiny());
    TokenRow longest = rows("tiny-package").getLast();
    assertEquals(512, longest.length());
    PackedBatch batch = pack(opened, Collections.nCopies(9, longest));
    assertTrue(batch.split(StudentEngine.MAX_SCORES).size() > 1);
    try (StudentEngine engine = StudentEngine.load(opened, List.of(0))) {
      float[] one = engine.forward(pack(opened, List.of(longest)), 0);
      float[] nine = engine.forward(batch, 0);
      assertEquals(9 * one.length, nine.length);
      for (int row = 0; row < 9; row++) {
        assertArrayEquals(one, Arrays.copyOfRange(nine, row * 5, row * 5 + 5), EXACT);
      }
    }
  }

  @Test
  void threadsMayShareIt() throws Exception {
    Package opened = Package.open(TestPackages.tiny());
    PackedBatch batch = pack(opened, rows("tiny-package").subList(0, 12));
    try (StudentEngine engine = StudentEngine.load(opened);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      float[] expected = engine.forward(batch, 2);
      Callable<Boolean> task =
          () -> {
            for (int i = 0; i < 20; i++) {
              assertArrayEquals(expected, engine.forward(batch, 2), 1e-6f);
            }
            return true;
          };
      List<Future<Boolean>> results =
          threads.invokeAll(IntStream.range(0, 4).mapToObj(i -> task).toList());
      for (Future<Boolean> result : results) {
        assertTrue(result.get());
      }
    }
  }

  @Test
  void holdsWhatItLoadedAndNothingAfterClosing() throws Exception {
    Package opened = Package.open(TestPackages.tiny());
    PackedBatch batch = pack(opened, List.of(TokenRow.of(2, 10, 3)));
    StudentEngine engine = StudentEngine.load(opened, List.of(2, 0));
    assertEquals(List.of(0, 2), engine.students());
    assertFalse(engine.holds(0, 2));
    assertThrows(IllegalStateException.class, () -> engine.forward(batch, 1));
    engine.load(1);
    assertTrue(engine.holds(0, 3));
    engine.close();
    assertThrows(IllegalStateException.class, () -> engine.forward(batch, 0));
  }

  @Test
  void refusesAPackageWhoseSelfTestItCannotReproduce(@TempDir Path folder) throws Exception {
    Package opened =
        Package.open(
            TestPackages.changed(
                folder,
                text -> text.replaceFirst("(\"contributions\":\\s*\\[\\s*\\[)[^,]*,", "$13.5,")));
    EngineException refused = assertThrows(EngineException.class, () -> StudentEngine.load(opened));
    assertTrue(
        refused.getMessage().startsWith("student 0 fails the self-test: column 0 is "),
        refused.getMessage());
  }

  @Test
  void manyShapesDoNotGrowTheProcess() throws Exception {
    Package opened = Package.open(TestPackages.tiny());
    try (StudentEngine engine = StudentEngine.load(opened, List.of(0))) {
      Random random = new Random(1);
      runShapes(opened, engine, random, 1500);
      long before = residentBytes();
      runShapes(opened, engine, random, 3000);
      long grown = residentBytes() - before;
      // A leak of one small input a batch would be 3000 x 6 tensors; patterns cost more still.
      assertTrue(grown < 48L << 20, "grew by " + (grown >> 20) + " MiB");
    }
  }

  private static void runShapes(Package opened, StudentEngine engine, Random random, int count) {
    for (int i = 0; i < count; i++) {
      List<TokenRow> rows =
          random
              .ints(1 + random.nextInt(6), 1, 120)
              .mapToObj(length -> TokenRow.of(random.ints(length, 5, 90).toArray()))
              .toList();
      engine.forward(pack(opened, rows), 0);
    }
    System.gc();
  }

  private static long residentBytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    throw new IllegalStateException("no VmRSS");
  }
}
