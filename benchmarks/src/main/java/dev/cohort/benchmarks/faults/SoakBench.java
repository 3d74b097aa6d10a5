package dev.cohort.benchmarks.faults;

import dev.cohort.benchmarks.Bar;
import dev.cohort.benchmarks.Bench;
import dev.cohort.benchmarks.BenchSettings;
import dev.cohort.benchmarks.Row;
import dev.cohort.benchmarks.load.ClosedLoop;
import dev.cohort.benchmarks.stage.Stage;
import dev.cohort.benchmarks.stage.StagePlan;
import dev.cohort.cli.CommandException;
import dev.cohort.cli.replay.TextFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Half an hour of requests of ten thousand shapes while one of two seats is restarted now and then.
 * The other seat lives all the time, so that its memory can be compared.
 */
public final class SoakBench implements Bench {
  private static final int SEATS = 2;
  private static final int RESTARTED = 1;
  private static final int SHAPES = 10_000;
  private static final int IN_FLIGHT = 6;
  private static final long SEED = 11;
  private static final Duration USUAL = Duration.ofMinutes(30);
  private static final Duration QUICK = Duration.ofSeconds(20);

  /** So often a seat is restarted, by SIGTERM and by kill -9 in turn. */
  private static final int RESTARTS = 30;

  private static final Duration GRACE = Duration.ofMinutes(1);

  @Override
  public String name() {
    return "soak";
  }

  @Override
  public String summary() {
    return "30 min (--duration), 10,000 shapes, restarts of a seat: failed requests, memory";
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    Duration length = settings.options().duration().orElse(settings.duration(USUAL, QUICK));
    StagePlan plan = StagePlan.of(settings.students(), SEATS);
    try (Stage stage = Stage.start(settings.home(), plan);
        SoakClient client = client(settings, stage)) {
      List<MemoryWatch> memory =
          List.of(
              new MemoryWatch("aggregator", stage.aggregator()),
              new MemoryWatch("seat", stage.seat(0)));
      FutureTask<ClosedLoop.Outcome> load =
          new FutureTask<>(() -> ClosedLoop.run(client::call, IN_FLIGHT, length));
      Thread.ofPlatform().name("soak").daemon().start(load);
      int restarts = disturb(settings, stage, client, memory, load, length);
      double rate = load.get(GRACE.toSeconds(), TimeUnit.SECONDS).perSecond();
      return rows(client, memory, restarts, rate);
    }
  }

  private static SoakClient client(BenchSettings settings, Stage stage) {
    List<String> words =
        TextFile.read(settings.home().demoTexts()).stream()
            .flatMap(row -> List.of(row.first().split("[^a-z]+")).stream())
            .filter(word -> !word.isEmpty())
            .distinct()
            .toList();
    int longest = stage.manifest().tokenizer().maxTokens();
    return new SoakClient(
        stage, new MixedRequests(stage.manifest(), words), Shapes.distinct(SHAPES, longest, SEED));
  }

  /** Restarts a seat until the load has ended; returns how often. */
  private static int disturb(
      BenchSettings settings,
      Stage stage,
      SoakClient client,
      List<MemoryWatch> memory,
      FutureTask<?> load,
      Duration length)
      throws InterruptedException {
    long begin = System.nanoTime();
    Duration period = length.dividedBy(RESTARTS);
    int restarts = 0;
    while (!ended(load, period)) {
      for (MemoryWatch watch : memory) {
        watch.sample();
      }
      Duration left = length.minusNanos(System.nanoTime() - begin);
      settings.say("%s", progress(client, memory, restarts, left));
      if (left.compareTo(period) > 0) {
        restart(stage, restarts++);
      }
    }
    return restarts;
  }

  private static boolean ended(FutureTask<?> load, Duration patience) throws InterruptedException {
    try {
      load.get(patience.toNanos(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw CommandException.failure("the load failed: " + e.getCause(), e);
    }
  }

  private static void restart(Stage stage, int number) throws InterruptedException {
    if (number % 2 == 0) {
      stage.seat(RESTARTED).destroy();
    } else {
      stage.kill(RESTARTED);
    }
    stage.awaitConnected(SEATS - 1);
    stage.restart(RESTARTED);
    stage.awaitConnected(SEATS);
  }

  private static String progress(
      SoakClient client, List<MemoryWatch> memory, int restarts, Duration left) {
    List<String> sizes = new ArrayList<>();
    memory.forEach(watch -> sizes.add("%s %.0f MiB".formatted(watch.name(), watch.mebibytes())));
    return "soak: %,d requests, %,d failed, %d restarts, %s, %d:%02d left"
        .formatted(
            client.sent(),
            client.failed(),
            restarts,
            String.join(", ", sizes),
            Math.max(0, left.toMinutes()),
            Math.max(0, left.toSecondsPart()));
  }

  private static List<Row> rows(
      SoakClient client, List<MemoryWatch> memory, int restarts, double rate) {
    List<Row> rows = new ArrayList<>();
    rows.add(
        Row.of("soak.failed", client.failed(), "requests")
            .with(Bar.atMost(0))
            .withDetail(
                "%,d answered, %.0f/s, %d restarts; ended otherwise %s"
                    .formatted(client.answered(), rate, restarts, client.others())));
    rows.add(
        Row.of("soak.shapes", Math.min(SHAPES, client.sent()), "shapes").with(Bar.atLeast(SHAPES)));
    memory.forEach(watch -> rows.add(watch.row("soak.growth")));
    return rows;
  }
}
