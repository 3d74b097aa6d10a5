package dev.cohort.benchmarks;

import dev.cohort.cli.CommandException;
import dev.cohort.cli.Console;
import dev.cohort.cli.Home;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cohort bench}: runs benches one after the other and reports their rows. */
@Command(
    name = "bench",
    description = "Measures this build; several benches run one after the other.",
    sortOptions = false)
public final class BenchCommand implements Callable<Integer> {
  private static final String LINE = "  %-11s %s";

  private final Home home;
  private final Console console;
  private final List<Row> rows = new ArrayList<>();

  @Parameters(paramLabel = "NAME", arity = "1..*", description = "Benches; all stands for all.")
  private List<String> names;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "JSON file for the rows: name, value, unit, bar, holds, baseline, detail.")
  private Path out;

  @Option(
      names = "--markdown",
      paramLabel = "FILE",
      description = "The same rows as a table for the documentation.")
  private Path markdown;

  @Option(
      names = "--students",
      paramLabel = "PACKAGE",
      description = "Whose students are measured; default: demo/clinc150.")
  private Path students;

  @Option(
      names = "--teacher",
      paramLabel = "PACKAGE",
      description =
          "The teacher, one member; default: build/bench/teacher, which benchmarks/prepare.sh makes.")
  private Path teacher;

  @Option(
      names = "--teacher-graph",
      paramLabel = "FILE",
      description =
          "The teacher as its publisher exported it to ONNX; default: build/bench/teacher.onnx.")
  private Path teacherGraph;

  @Option(
      names = "--texts",
      paramLabel = "FILE",
      description =
          "TSV with texts of mixed lengths; default: ../shared/data/length_pool/texts.tsv beside the repository, else joined demo texts.")
  private Path texts;

  @Option(names = "--quick", description = "Only to see that it works; the numbers mean nothing.")
  private boolean quick;

  @Mixin private final BenchOptions options = new BenchOptions();

  @Option(names = "--help", usageHelp = true, description = "Tells this.")
  private boolean help;

  private BenchCommand(Home home, Console console) {
    this.home = home;
    this.console = console;
  }

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(run(Home.ofProcess(), Console.system(), arguments));
  }

  /**
   * Runs the command.
   *
   * @return exit code: 0 also when a bar is missed, 1 when something could not be measured, 2 for
   *     wrong arguments
   */
  static int run(Home home, Console console, String... arguments) {
    CommandLine line = new CommandLine(new BenchCommand(home, console));
    line.getCommandSpec().usageMessage().width(120).footer(list());
    line.setParameterExceptionHandler(
        (error, given) -> {
          console.err().println("bench: " + error.getMessage() + " (see ./cohort bench --help)");
          return CommandException.INPUT;
        });
    return line.execute(arguments);
  }

  @Override
  public Integer call() {
    List<Bench> benches;
    try {
      benches = chosen();
    } catch (CommandException e) {
      console.err().println("bench: " + e.getMessage());
      return e.exitCode();
    }
    BenchSettings settings = settings();
    boolean whole = true;
    for (Bench bench : benches) {
      whole &= measured(bench, settings);
    }
    // Also what could be measured beside something that could not.
    boolean written = written();
    return whole && written ? 0 : CommandException.FAILURE;
  }

  private boolean measured(Bench bench, BenchSettings settings) {
    try {
      List<Row> found = bench.run(settings);
      rows.addAll(found);
      Report.table(found).forEach(console.out()::println);
      return true;
    } catch (CommandException e) {
      console.err().printf("bench %s: %s%n", bench.name(), e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      console.err().printf("bench %s: interrupted%n", bench.name());
    } catch (Exception e) {
      console.err().printf("bench %s failed:%n", bench.name());
      e.printStackTrace(console.err());
    }
    return false;
  }

  private boolean written() {
    try {
      if (out != null) {
        Report.write(rows, out);
      }
      if (markdown != null) {
        Files.write(markdown, Report.markdown(rows));
      }
      return true;
    } catch (IOException e) {
      console.err().println("bench: the rows cannot be written: " + e);
      return false;
    }
  }

  private List<Bench> chosen() {
    return names.equals(List.of("all"))
        ? Benches.all()
        : names.stream().map(Benches::named).toList();
  }

  private BenchSettings settings() {
    return new BenchSettings(
        home,
        students == null ? home.demoPackage() : students,
        orBuilt(teacher, "build/bench/teacher"),
        orBuilt(teacherGraph, "build/bench/teacher.onnx"),
        orBuilt(texts, "../shared/data/length_pool/texts.tsv"),
        quick,
        options,
        console.err());
  }

  private Path orBuilt(Path given, String usual) {
    return given == null ? home.folder().resolve(usual) : given;
  }

  private static String[] list() {
    return Stream.concat(
            Stream.of("", "Benches:"),
            Stream.concat(
                Benches.all().stream().map(bench -> LINE.formatted(bench.name(), bench.summary())),
                Stream.of(
                    "",
                    "With arguments of their own, alone:",
                    LINE.formatted(
                        "teacher", "TOKENS STUDENT-PACKAGE (TEACHER-PACKAGE | TEACHER.onnx)..."),
                    LINE.formatted("", "one student against its teacher, one row, one thread"),
                    LINE.formatted("reference", "PACKAGE TEXTS REFERENCE.jsonl"),
                    LINE.formatted("", "largest difference between Java and PyTorch"))))
        .toArray(String[]::new);
  }
}
