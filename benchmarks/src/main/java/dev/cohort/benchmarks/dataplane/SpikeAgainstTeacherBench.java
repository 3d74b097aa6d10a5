package dev.cohort.benchmarks.dataplane;

import dev.cohort.benchmarks.Bar;
import dev.cohort.benchmarks.Bench;
import dev.cohort.benchmarks.BenchSettings;
import dev.cohort.benchmarks.Row;
import dev.cohort.benchmarks.load.ClosedLoop;
import dev.cohort.benchmarks.stage.StagePlan;
import dev.cohort.cli.replay.Caller;
import dev.cohort.cli.replay.Measured;
import dev.cohort.packages.Package;
import dev.cohort.packages.TextTokenizer;
import dev.cohort.protocol.inference.ModelInferRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A spike of mixed lengths, above what either side can do: answers in time per second of the pruned
 * ensemble, and of the teacher as its publisher exported it behind a server that batches by size
 * and time window and pads, as common servers do ({@link PaddedServer}). Both get the same
 * requests, refuse by the same rule what they cannot answer in time, and have two engine threads.
 */
public final class SpikeAgainstTeacherBench implements Bench {
  private static final int SEATS = 2;
  private static final int TEXTS = 2000;

  /** Longer rows would let the padded teacher answer hardly anything in time. */
  private static final int MOST_TOKENS = 128;

  /** Generous: a padded batch of the teacher takes about a fifth of it. */
  private static final Duration TARGET = Duration.ofMillis(500);

  /** Load, as a multiple of what the pruned ensemble can do. */
  private static final double HEIGHT = 1.2;

  private static final double PAPER = 22.27;

  @Override
  public String name() {
    return "burst22";
  }

  @Override
  public String summary() {
    return "answers in time in a spike of mixed lengths: pruned ensemble / padded teacher";
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    List<String> texts = texts(settings);
    List<Row> rows = new ArrayList<>();
    try (PaddedTeacher teacher = PaddedTeacher.start(settings, SEATS)) {
      settings.say("burst22: warming up the teacher");
      ClosedLoop.run(teacher.call(teacher.requests(texts)), SEATS * 8, Capacity.warmUp(settings));
      for (String precision : List.of("auto", "fp32")) {
        rows.addAll(against(settings, teacher, texts, precision));
      }
    }
    return rows;
  }

  private static List<Row> against(
      BenchSettings settings, PaddedTeacher teacher, List<String> texts, String precision)
      throws Exception {
    StagePlan plan =
        StagePlan.of(settings.students(), SEATS)
            .withSeats("cohort.precision", precision)
            .withAggregator("cohort.latency-target", TARGET.toMillis() + "ms")
            .withAggregator("cohort.quality-floor", 100);
    try (Side side = Side.start(settings, "students, precision " + precision, plan)) {
      String chosen = side.precision();
      if (precision.equals("auto") && !chosen.equals("int8")) {
        return List.of(
            Row.notMeasured("burst22.int8.ratio", "x", "precision auto chose " + chosen)
                .with(Bar.atLeast(PAPER)));
      }
      double rate = HEIGHT * pruned(settings, side, texts);
      settings.say("burst22: %.0f requests/s", rate);
      List<ModelInferRequest> requests = side.requests().each(texts);
      List<Measured> ours = new ArrayList<>();
      List<Measured> theirs = new ArrayList<>();
      for (int turn = 0; turn < 2; turn++) {
        ours.add(offer(settings, side.caller(requests), rate, texts.size(), turn));
        theirs.add(
            offer(settings, teacher.caller(teacher.requests(texts)), rate, texts.size(), turn));
      }
      return rows(settings, chosen, ours, theirs, rate);
    }
  }

  private static List<Row> rows(
      BenchSettings settings,
      String precision,
      List<Measured> ours,
      List<Measured> theirs,
      double rate) {
    return List.of(
        Row.ratio("burst22.%s.ratio".formatted(precision), inTime(ours), inTime(theirs))
            .with(Bar.atLeast(PAPER))
            .withDetail(
                "bar: the paper's figure; %s up to %d tokens, %.0f requests/s, target %d ms"
                    .formatted(Texts.mixtureName(settings), MOST_TOKENS, rate, TARGET.toMillis())),
        Row.of("burst22.%s.in_time".formatted(precision), inTime(ours), "1/s")
            .withBaseline(inTime(theirs))
            .withDetail(
                "mean students %.2f; baseline: padded teacher"
                    .formatted(ours.getLast().total().meanStudents())));
  }

  private static double inTime(List<Measured> measured) {
    return measured.stream().mapToDouble(Measured::inTimeRate).average().orElse(Double.NaN);
  }

  /** Capacity of the prefix to which the policy prunes under this load. */
  private static double pruned(BenchSettings settings, Side side, List<String> texts)
      throws InterruptedException {
    ClosedLoop.Call call = side.call(side.requests().each(texts));
    int inFlight = 8 * Capacity.IN_FLIGHT;
    ClosedLoop.run(call, inFlight, Capacity.warmUp(settings));
    Duration length = settings.duration(Duration.ofSeconds(5), Duration.ofMillis(500));
    return ClosedLoop.run(call, inFlight, length).perSecond();
  }

  private static Measured offer(
      BenchSettings settings, Caller caller, double rate, int texts, int turn)
      throws InterruptedException {
    Duration length = settings.duration(Duration.ofSeconds(15), Duration.ofSeconds(1));
    return new OpenLoad(rate, length, TARGET, TARGET, turn).send(caller, texts);
  }

  private static List<String> texts(BenchSettings settings) throws Exception {
    try (TextTokenizer tokenizer = Package.open(settings.students()).tokenizer()) {
      return Texts.mixed(settings, TEXTS).stream()
          .filter(text -> tokenizer.encode(text).length() <= MOST_TOKENS)
          .toList();
    }
  }
}
