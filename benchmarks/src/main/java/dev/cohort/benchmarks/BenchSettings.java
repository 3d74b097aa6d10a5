package dev.cohort.benchmarks;

import dev.cohort.cli.Home;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What a bench is told. Immutable.
 *
 * @param home the repository, with the built services
 * @param students the package whose students are measured
 * @param teacher the teacher as a package with one member
 * @param teacherGraph the same teacher as its publisher exported it to ONNX, padded
 * @param texts of mixed lengths; where this is no file, demo texts are joined
 * @param quick shorter by far, to see that it works; the numbers mean nothing
 * @param options of single benches
 * @param remarks where progress is told
 */
public record BenchSettings(
    Home home,
    Path students,
    Path teacher,
    Path teacherGraph,
    Path texts,
    boolean quick,
    BenchOptions options,
    PrintStream remarks) {
  /** Tells what is being done. */
  public void say(String format, Object... values) {
    remarks.printf(format + "%n", values);
  }

  /** The first, or the second in a quick run. */
  public Duration duration(Duration usual, Duration shorter) {
    return quick ? shorter : usual;
  }

  /** The first, or the second in a quick run. */
  public int number(int usual, int smaller) {
    return quick ? smaller : usual;
  }
}
