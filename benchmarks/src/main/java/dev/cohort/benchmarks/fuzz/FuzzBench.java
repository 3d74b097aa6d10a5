package dev.cohort.benchmarks.fuzz;

import dev.cohort.benchmarks.Bar;
import dev.cohort.benchmarks.Bench;
import dev.cohort.benchmarks.BenchSettings;
import dev.cohort.benchmarks.Row;
import dev.cohort.benchmarks.faults.MemoryWatch;
import dev.cohort.benchmarks.load.InferClient;
import dev.cohort.benchmarks.stage.Stage;
import dev.cohort.benchmarks.stage.StagePlan;
import dev.cohort.cli.CommandException;
import dev.cohort.cli.Target;
import io.grpc.ManagedChannel;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Wrong requests of every kind to all ports; request N of a seed is always the same. */
public final class FuzzBench implements Bench {
  private static final int SEATS = 2;
  private static final int USUAL = 100_000;
  private static final int QUICK = 2_000;
  private static final int IN_FLIGHT = 16;
  private static final int PROGRESS = 10_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int MEMORY_SAMPLES = 27;
  private static final String TINY = "packages/src/test/resources/tiny-package";

  /** Odd, so that no two requests get the same random numbers. */
  private static final long SEED_STEP = 0x9E3779B97F4A7C15L;

  @Override
  public String name() {
    return "fuzz";
  }

  @Override
  public String summary() {
    return "100,000 wrong requests (--requests, --seed): wrong codes, crashes, memory";
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    Path served = settings.options().fuzzed().orElse(settings.home().folder().resolve(TINY));
    settings.say("fuzz: seed %d", settings.options().seed());
    try (Stage stage = Stage.start(settings.home(), StagePlan.of(served, SEATS));
        InferClient client = new InferClient(stage.target(), 1)) {
      List<ProcessHandle> processes = List.of(stage.aggregator(), stage.seat(0), stage.seat(1));
      List<MemoryWatch> memory =
          List.of(
              new MemoryWatch("aggregator", stage.aggregator()),
              new MemoryWatch("seat", stage.seat(0)));
      Tally tally = fuzz(settings, stage, memory);
      tally.faults().forEach(fault -> settings.say("%s", fault));
      long crashes = processes.stream().filter(process -> !process.isAlive()).count();
      return rows(stage, tally, crashes, memory, new KnownRow(stage.manifest()), client);
    }
  }

  private static Tally fuzz(BenchSettings settings, Stage stage, List<MemoryWatch> memory)
      throws InterruptedException {
    int requests = settings.options().requests().orElse(settings.number(USUAL, QUICK));
    int first = settings.options().request().orElse(0);
    int end = settings.options().request().isPresent() ? first + 1 : requests;
    List<Attack> attacks = attacks(stage);
    Tally tally = new Tally();
    Semaphore free = new Semaphore(IN_FLIGHT);
    try {
      for (int number = first; number < end; number++) {
        await(free, 1);
        send(attacks, number, settings.options().seed(), tally, free);
        if ((number + 1) % Math.ceilDiv(end, MEMORY_SAMPLES) == 0) {
          for (MemoryWatch watch : memory) {
            watch.sample();
          }
        }
        if ((number + 1) % PROGRESS == 0) {
          settings.say("fuzz: %,d of %,d, %,d wrong", number + 1, end, tally.wrong());
        }
      }
      await(free, IN_FLIGHT);
    } finally {
      attacks.stream().distinct().forEach(Attack::close);
    }
    return tally;
  }

  private static void send(
      List<Attack> attacks, int number, long seed, Tally tally, Semaphore free) {
    SplittableRandom random = new SplittableRandom(seed + SEED_STEP * (number + 1));
    Attack attack = attacks.get(random.nextInt(attacks.size()));
    attack
        .next(random)
        .whenComplete(
            (verdict, failure) -> {
              Verdict seen =
                  failure == null ? verdict : Verdict.wrong("bug", "of this bench: " + failure);
              tally.add(attack.name(), number, seen);
              free.release();
            });
  }

  private static void await(Semaphore free, int slots) throws InterruptedException {
    if (!free.tryAcquire(slots, PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw CommandException.failure(
          "%d requests have no answer after %s"
              .formatted(IN_FLIGHT - free.availablePermits(), PATIENCE));
    }
  }

  /** One for each share of the requests. */
  private static List<Attack> attacks(Stage stage) {
    ModelRules rules = ModelRules.of(stage.manifest());
    Attack fields = new GrpcAttack(channel(stage.target()), rules, false);
    Attack bytes = new GrpcAttack(channel(stage.target()), rules, true);
    Attack http = new HttpAttack(stage.httpAddress(), rules);
    Attack seat = new SeatAttack(channel(new Target(stage.seatAddresses().getFirst())), rules);
    Attack sockets = new SocketAttack(ports(stage));
    List<Attack> attacks = new ArrayList<>();
    for (int share = 0; share < 8; share++) {
      attacks.addAll(List.of(fields, bytes, http));
    }
    for (int share = 0; share < 4; share++) {
      attacks.add(seat);
    }
    attacks.add(sockets);
    return List.copyOf(attacks);
  }

  private static ManagedChannel channel(Target target) {
    return target.channelBuilder().disableRetry().build();
  }

  private static List<InetSocketAddress> ports(Stage stage) {
    return Stream.concat(
            Stream.of(stage.target().address(), stage.httpAddress()),
            stage.seatAddresses().stream())
        .map(address -> address.split(":"))
        .map(parts -> new InetSocketAddress(parts[0], Integer.parseInt(parts[1])))
        .toList();
  }

  private static List<Row> rows(
      Stage stage,
      Tally tally,
      long crashes,
      List<MemoryWatch> memory,
      KnownRow known,
      InferClient client)
      throws Exception {
    double errors = stage.metrics().sum("cohort_internal_errors_total", any -> true);
    List<Row> rows = new ArrayList<>();
    rows.add(
        Row.of("fuzz.wrong", tally.wrong(), "answers")
            .with(Bar.atMost(0))
            .withDetail("of %,d: %s".formatted(tally.ended(), tally)));
    rows.add(
        Row.of("fuzz.crashes", crashes + errors, "")
            .with(Bar.atMost(0))
            .withDetail("%d processes, %.0f internal errors".formatted(crashes, errors)));
    rows.add(
        Row.of("fuzz.difference", known.difference(client), "")
            .with(Bar.atMost(known.tolerance()))
            .withDetail("of a good request's answer after all"));
    memory.forEach(watch -> rows.add(watch.row("fuzz.growth")));
    return rows;
  }
}
