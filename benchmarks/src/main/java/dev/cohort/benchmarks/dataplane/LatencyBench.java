package dev.cohort.benchmarks.dataplane;

import dev.cohort.benchmarks.Bar;
import dev.cohort.benchmarks.Bench;
import dev.cohort.benchmarks.BenchSettings;
import dev.cohort.benchmarks.Row;
import dev.cohort.benchmarks.load.ClosedLoop.Outcome;
import dev.cohort.benchmarks.load.Turns;
import dev.cohort.benchmarks.load.Turns.Contestant;
import dev.cohort.benchmarks.stage.StagePlan;
import dev.cohort.cli.CommandException;
import dev.cohort.packages.Package;
import dev.cohort.packages.TextTokenizer;
import dev.cohort.protocol.inference.ModelInferRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One request of 16 tokens after the other: all students spread over two seats, against the teacher
 * on the same path, and against the same students folded on one seat.
 */
public final class LatencyBench implements Bench {
  private static final int TOKENS = 16;
  private static final int SEATS = 2;

  @Override
  public String name() {
    return "latency";
  }

  @Override
  public String summary() {
    return "one request of 16 tokens: all students on two seats, the teacher, students on one seat";
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    List<String> texts = texts(settings);
    try (Side spread = Side.start(settings, "students, spread", students(settings, SEATS));
        Side folded = Side.start(settings, "students, folded", students(settings, 1));
        Side auto =
            Side.start(
                settings,
                "students, precision auto",
                students(settings, SEATS).withSeats("cohort.precision", "auto"));
        Side two =
            Side.start(
                settings,
                "teacher, two threads",
                StagePlan.of(settings.teacher(), 1).withSeats("cohort.intra-op-threads", 2));
        Side one =
            Side.start(settings, "teacher, one thread", StagePlan.of(settings.teacher(), 1))) {
      List<Side> sides = List.of(spread, folded, auto, two, one);
      settings.say("latency: measuring");
      List<Double> p50 = new ArrayList<>();
      for (Outcome outcome : turns(settings).run(contestants(sides, texts))) {
        p50.add(outcome.latencies().millis(0.5));
      }
      return rows(p50, auto.precision());
    }
  }

  private static List<Row> rows(List<Double> p50, String autoPrecision) {
    double spread = p50.get(0);
    double auto = p50.get(2);
    double two = p50.get(3);
    double one = p50.get(4);
    return List.of(
        Row.of("latency.spread.p50", spread, "ms").withBaseline(two),
        Row.of("latency.vs_teacher_2_threads", two / spread, "x")
            .with(Bar.atLeast(2))
            .withDetail("teacher %.2f ms, students %.2f ms, fp32".formatted(two, spread)),
        autoPrecision.equals("int8")
            ? Row.of("latency.vs_teacher_1_thread", one / auto, "x")
                .with(Bar.atLeast(4.1))
                .withDetail("teacher fp32 %.2f ms, students int8 %.2f ms".formatted(one, auto))
            : Row.notMeasured(
                    "latency.vs_teacher_1_thread",
                    "x",
                    "precision auto chose %s here; with it %.2f x"
                        .formatted(autoPrecision, one / auto))
                .with(Bar.atLeast(4.1)),
        Row.of("latency.vs_folded", p50.get(1) / spread, "x")
            .with(Bar.atLeast(1.4))
            .withDetail("one seat %.2f ms, two seats %.2f ms".formatted(p50.get(1), spread)));
  }

  private static Turns turns(BenchSettings settings) {
    return new Turns(
        settings.duration(Duration.ofSeconds(40), Duration.ofMillis(500)),
        settings.number(8, 1),
        settings.duration(Duration.ofSeconds(2), Duration.ofMillis(500)));
  }

  private static List<Contestant> contestants(List<Side> sides, List<String> texts) {
    List<Contestant> contestants = new ArrayList<>();
    for (Side side : sides) {
      List<ModelInferRequest> requests = side.requests().minStudents(side.students()).each(texts);
      contestants.add(new Contestant(side.call(requests), 1));
    }
    return contestants;
  }

  private static StagePlan students(BenchSettings settings, int seats) {
    return StagePlan.of(settings.students(), seats);
  }

  private static List<String> texts(BenchSettings settings) throws Exception {
    try (TextTokenizer tokenizer = Package.open(settings.students()).tokenizer()) {
      List<String> texts = Texts.ofTokens(settings, tokenizer, TOKENS);
      if (texts.isEmpty()) {
        throw CommandException.failure(
            "no demo text has %d tokens with the tokenizer of %s"
                .formatted(TOKENS, settings.students()));
      }
      return texts;
    }
  }
}
