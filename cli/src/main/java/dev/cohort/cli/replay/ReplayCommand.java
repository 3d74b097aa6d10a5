package dev.cohort.cli.replay;

import dev.cohort.cli.CommandException;
import dev.cohort.cli.Console;
import dev.cohort.cli.Home;
import dev.cohort.cli.Target;
import dev.cohort.cli.TargetOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code cohort replay}: load on a running server, then a table, JSON and a picture. */
@Command(
    name = "replay",
    description = {
      "Sends requests to a running server when a trace or shape says, whatever the server does.",
      "Latency counts from the time at which a request was due. Ctrl-C ends early, with a result."
    },
    sortOptions = false)
public final class ReplayCommand implements Callable<Integer> {
  private static final Duration TERMINAL_PERIOD = Duration.ofSeconds(1);
  private static final Duration LOG_PERIOD = Duration.ofSeconds(10);

  /** Back to the line's begin, and the rest of the line cleared. */
  private static final String SAME_LINE = "\r\u001b[K";

  private static final DateTimeFormatter FOLDER =
      DateTimeFormatter.ofPattern("'replay-'yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  private final Home home;
  private final Console console;
  private final InstantSource clock;

  @Mixin private LoadOptions load;

  @Option(
      names = "--target",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:8001",
      description = "gRPC port of the server; default: ${DEFAULT-VALUE}.")
  private String target;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      defaultValue = "clinc150",
      description = "Model of that server; default: ${DEFAULT-VALUE}.")
  private String model;

  @Option(
      names = "--texts",
      paramLabel = "FILE",
      description =
          "TSV with a header: text, or text_a and text_b, and label if there is one; default: demo/data/clinc150/test.tsv.")
  private Path texts;

  @Option(names = "--no-labels", description = "The texts' labels are not this model's.")
  private boolean noLabels;

  @Option(
      names = "--deadline",
      paramLabel = "MS",
      defaultValue = "1000",
      description = "Of each call, from when it is due; default: ${DEFAULT-VALUE}.")
  private int deadline;

  @Option(
      names = "--latency-target",
      paramLabel = "MS",
      description = "Answers within this are in time; default: the deadline.")
  private Integer latencyTarget;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "2",
      description = "Default: ${DEFAULT-VALUE}.")
  private int connections;

  @Option(
      names = "--max-in-flight",
      paramLabel = "N",
      defaultValue = "10000",
      description =
          "Calls that may wait for answers; what is due beyond is counted as not sent; default: ${DEFAULT-VALUE}.")
  private int maxInFlight;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "200",
      description = "Calls before the replay that do not count; default: ${DEFAULT-VALUE}.")
  private int warmUp;

  @Option(
      names = "--out",
      paramLabel = "FOLDER",
      description = "For replay.json and replay.png; default: replay-<time> in this folder.")
  private Path out;

  @Mixin private TargetOptions targetOptions;

  @Option(names = "--help", usageHelp = true, description = "Tells these options.")
  private boolean help;

  /**
   * @param home where the default texts are
   */
  public ReplayCommand(Home home, Console console) {
    this(home, console, InstantSource.system());
  }

  ReplayCommand(Home home, Console console, InstantSource clock) {
    this.home = home;
    this.console = console;
    this.clock = clock;
  }

  @Override
  public Integer call() throws InterruptedException {
    requireNumbers();
    Target server = targetOptions.target(target);
    Path textFile = texts == null ? home.demoTexts() : texts;
    Load chosen =
        new Load(
            load.schedule(),
            rows(textFile),
            Duration.ofMillis(deadline),
            Duration.ofMillis(latencyTarget == null ? deadline : latencyTarget),
            maxInFlight,
            load.seed());
    try (GrpcCaller caller = GrpcCaller.connect(server, model, chosen.rows(), connections)) {
      Path folder = folder();
      try (Stop stop = Stop.onInterrupt(Sender.drain(chosen))) {
        WarmUp.run(chosen, caller, warmUp);
        Instant started = clock.instant();
        console.err().println(begin(chosen));
        Measured measured = Replay.run(chosen, caller, stop::isRequested, watcher());
        String name = textFile.getFileName().toString();
        write(
            new ReplayResult(load.name(), target, model, name, started, chosen, measured), folder);
      }
    }
    return 0;
  }

  private List<TextRow> rows(Path file) {
    List<TextRow> rows = TextFile.read(file);
    return noLabels
        ? rows.stream()
            .map(row -> new TextRow(row.first(), row.second(), Optional.empty()))
            .toList()
        : rows;
  }

  private String begin(Load chosen) {
    return String.format(
        java.util.Locale.ROOT,
        "%s: %,d requests in %.1f s to %s",
        load.name(),
        chosen.schedule().requests(),
        chosen.schedule().length().toNanos() / 1e9,
        target);
  }

  private Replay.Watcher watcher() {
    return console.terminal()
        ? new Replay.Watcher(TERMINAL_PERIOD, look -> console.err().print(SAME_LINE + look.line()))
        : new Replay.Watcher(LOG_PERIOD, look -> console.err().println(look.line()));
  }

  private void write(ReplayResult result, Path folder) {
    if (console.terminal()) {
      console.err().print(SAME_LINE);
    }
    ResultTable.lines(result).forEach(console.out()::println);
    Path json = folder.resolve("replay.json");
    Path picture = folder.resolve("replay.png");
    try {
      ResultJson.write(result, json);
      console.out().printf("  %-13s%s%n", "written", json);
      ResultSheet.write(result, picture);
      console.out().printf("  %-13s%s%n", "", picture);
    } catch (IOException e) {
      throw CommandException.failure(
          "%s cannot be written: %s".formatted(folder, e.getMessage()), e);
    }
  }

  private Path folder() {
    Path folder = out == null ? Path.of(FOLDER.format(clock.instant())) : out;
    try {
      return Files.createDirectories(folder);
    } catch (IOException e) {
      throw CommandException.input("--out is %s, which cannot be made: %s".formatted(folder, e), e);
    }
  }

  private void requireNumbers() {
    require("--deadline", deadline, 1, 600_000);
    require("--latency-target", latencyTarget == null ? deadline : latencyTarget, 1, 600_000);
    require("--connections", connections, 1, 64);
    require("--max-in-flight", maxInFlight, 1, 100_000);
    require("--warm-up", warmUp, 0, 100_000);
  }

  private static void require(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw CommandException.input(
          "%s is %d; allowed are %d to %d".formatted(option, value, least, most));
    }
  }
}
