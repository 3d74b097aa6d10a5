package dev.cohort.cli.predict;

import dev.cohort.cli.CommandException;
import dev.cohort.cli.Console;
import dev.cohort.cli.Home;
import dev.cohort.cli.TargetOptions;
import dev.cohort.packages.PackageException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Gatherers;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cohort predict}: one line of output for each text. */
@Command(
    name = "predict",
    description = "Answers texts, from a package in this process or through a running server.",
    sortOptions = false)
public final class PredictCommand implements Callable<Integer> {
  private final Home home;
  private final Console console;

  @Parameters(paramLabel = "TEXT", description = "Texts; without any, lines of standard input.")
  private List<String> texts = List.of();

  @Option(
      names = "--package",
      paramLabel = "DIR",
      description = "Package folder; default: demo/clinc150.")
  private Path folder;

  @Option(
      names = "--students",
      paramLabel = "K",
      description = "Use the first K students only; default: all.")
  private Integer students;

  @Option(names = "--pair", description = "Each text is text_a and text_b with a tab between them.")
  private boolean pair;

  @Option(names = "--json", description = "One JSON object for each text.")
  private boolean json;

  @Option(
      names = "--target",
      paramLabel = "HOST:PORT",
      description = "gRPC port of a running server, in place of a package.")
  private String target;

  @Option(names = "--model", paramLabel = "NAME", description = "Model of that server.")
  private String model;

  @Mixin private TargetOptions targetOptions;

  @Option(names = "--help", usageHelp = true, description = "Tells these options.")
  private boolean help;

  /**
   * @param home where the demo package is
   */
  public PredictCommand(Home home, Console console) {
    this.home = home;
    this.console = console;
  }

  @Override
  public Integer call() throws PackageException {
    Function<String, Question> reader = pair ? Question::pair : Question::single;
    PredictionPrinter printer = new PredictionPrinter(console.out(), json);
    try (Predictor predictor = predictor();
        Stream<String> lines = texts.isEmpty() ? standardInput() : texts.stream()) {
      Iterator<List<Question>> groups =
          lines.map(reader).gather(Gatherers.windowFixed(groupSize())).iterator();
      while (groups.hasNext()) {
        List<Question> rows = groups.next();
        printer.print(rows, predictor.predict(rows));
      }
    } catch (UncheckedIOException e) {
      throw CommandException.failure(
          "standard input cannot be read: " + e.getCause().getMessage(), e);
    }
    return 0;
  }

  /** Whoever types lines wants each answer at once. */
  private int groupSize() {
    return texts.isEmpty() && console.terminal() ? 1 : Predictor.MAX_ROWS;
  }

  private Predictor predictor() throws PackageException {
    if (target == null) {
      if (model != null) {
        throw CommandException.input("--model needs --target; a package is named by --package");
      }
      return LocalPredictor.open(folder == null ? home.demoPackage() : folder, students);
    }
    if (folder != null || students != null) {
      throw CommandException.input("--package and --students cannot be used with --target");
    }
    if (model == null) {
      throw CommandException.input("--target needs --model, the name of a model it serves");
    }
    return new RemotePredictor(targetOptions.target(target), model);
  }

  private Stream<String> standardInput() {
    if (console.terminal()) {
      console.err().println("reading texts from standard input, one a line; Ctrl-D ends");
    }
    return new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).lines();
  }
}
