package dev.cohort.benchmarks;

import dev.cohort.benchmarks.load.Samples;
import dev.cohort.packages.BatchRules;
import dev.cohort.packages.Package;
import dev.cohort.packages.PackedBatch;
import dev.cohort.packages.TokenRow;
import dev.cohort.student.engine.StudentEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Time of one student against its teacher: one row, one CPU thread, the same process.
 *
 * <pre>TeacherComparison TOKENS STUDENT-PACKAGE (TEACHER-PACKAGE | TEACHER.onnx)...</pre>
 *
 * <p>The contestants take turns in short rounds, so that a noisy neighbour slows all of them alike.
 * A teacher that is an ONNX file has the inputs of a plain export: {@code input_ids}, {@code
 * attention_mask}, {@code token_type_ids}, int64.
 */
public final class TeacherComparison {
  private static final int ROUNDS = 60;
  private static final int CALLS = 10;
  private static final int WARM_UP = 50;

  private final int tokens;
  private final List<Contestant> contestants = new ArrayList<>();

  private TeacherComparison(int tokens) {
    this.tokens = tokens;
  }

  /**
   * Runs the comparison and prints it.
   *
   * @param arguments tokens of the row, the student's package, one or more teachers
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length < 3) {
      System.err.println(
          "usage: TeacherComparison TOKENS STUDENT-PACKAGE (TEACHER-PACKAGE | TEACHER.onnx)...");
      System.exit(2);
    }
    TeacherComparison comparison = new TeacherComparison(Integer.parseInt(arguments[0]));
    for (String path : List.of(arguments).subList(1, arguments.length)) {
      comparison.add(Path.of(path));
    }
    comparison.run();
    comparison.print();
  }

  /** Something that answers one row. */
  private static final class Contestant {
    private final String name;
    private final Runnable call;
    private final Samples nanos = new Samples();

    Contestant(String name, Runnable call) {
      this.name = name;
      this.call = call;
    }

    void call(int times) {
      for (int i = 0; i < times; i++) {
        long start = System.nanoTime();
        call.run();
        nanos.add(System.nanoTime() - start);
      }
    }
  }

  private void add(Path path) throws Exception {
    int[] ids = new int[tokens];
    Arrays.fill(ids, 5);
    if (path.toString().endsWith(".onnx")) {
      PaddedModel model = new PaddedModel(path);
      contestants.add(new Contestant("ONNX " + path.getFileName(), () -> model.forward(ids)));
      return;
    }
    Package opened = Package.open(path);
    StudentEngine engine = StudentEngine.load(opened, List.of(0));
    PackedBatch batch = PackedBatch.of(List.of(TokenRow.of(ids)), BatchRules.of(opened.manifest()));
    int layers = opened.manifest().students().getFirst().layers();
    String name = "%s, %d layers".formatted(opened.manifest().name(), layers);
    contestants.add(new Contestant(name, () -> engine.forward(batch, 0)));
  }

  private void run() {
    contestants.forEach(contestant -> contestant.call(WARM_UP));
    contestants.forEach(contestant -> contestant.nanos.clear());
    for (int round = 0; round < ROUNDS; round++) {
      contestants.forEach(contestant -> contestant.call(CALLS));
    }
  }

  private void print() {
    System.out.printf(
        "%s, 1 thread, 1 row of %d tokens, %d calls each%n",
        StudentEngine.version(), tokens, ROUNDS * CALLS);
    Contestant student = contestants.getFirst();
    for (Contestant contestant : contestants) {
      System.out.printf(
          "%-32s min %7.2f  p50 %7.2f  p90 %7.2f ms   %5.1f x the student (p50), %5.1f x (min)%n",
          contestant.name,
          contestant.nanos.millis(0),
          contestant.nanos.millis(0.5),
          contestant.nanos.millis(0.9),
          contestant.nanos.millis(0.5) / student.nanos.millis(0.5),
          contestant.nanos.millis(0) / student.nanos.millis(0));
    }
  }
}
