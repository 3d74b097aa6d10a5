package dev.cohort.benchmarks.dataplane;

import dev.cohort.benchmarks.Bar;
import dev.cohort.benchmarks.Bench;
import dev.cohort.benchmarks.BenchSettings;
import dev.cohort.benchmarks.Row;
import dev.cohort.benchmarks.load.ClosedLoop.Outcome;
import dev.cohort.benchmarks.load.Turns;
import dev.cohort.benchmarks.load.Turns.Contestant;
import dev.cohort.benchmarks.stage.StagePlan;
import dev.cohort.protocol.inference.ModelInferRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Requests of eight rows as fast as they are answered: pruned to one student, and the teacher. */
public final class SaturationBench implements Bench {
  private static final int SEATS = 2;
  private static final int ROWS = 8;
  private static final int IN_FLIGHT = 8;

  @Override
  public String name() {
    return "saturation";
  }

  @Override
  public String summary() {
    return "rows per second in requests of eight: one student, and the teacher";
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    StagePlan one =
        StagePlan.of(settings.students(), SEATS)
            .withAggregator("cohort.students.max", 1)
            .withAggregator("cohort.quality-floor", 100);
    StagePlan auto = one.withSeats("cohort.precision", "auto");
    try (Side fp32 = Side.start(settings, "one student", one);
        Side int8 = Side.start(settings, "one student, precision auto", auto);
        Side teacher = Side.start(settings, "teacher", StagePlan.of(settings.teacher(), SEATS))) {
      List<String> texts = Texts.demo(settings);
      List<Contestant> contestants = new ArrayList<>();
      for (Side side : List.of(fp32, int8, teacher)) {
        contestants.add(new Contestant(side.call(requests(side, texts)), IN_FLIGHT));
      }
      settings.say("saturation: measuring");
      List<Outcome> seen = turns(settings).run(contestants);
      return rows(
          ROWS * seen.get(0).perSecond(),
          ROWS * seen.get(1).perSecond(),
          ROWS * seen.get(2).perSecond(),
          int8.precision());
    }
  }

  private static List<Row> rows(double fp32, double auto, double teacher, String precision) {
    return List.of(
        Row.of("saturation.fp32.ratio", fp32 / teacher, "x").with(Bar.atLeast(4.5)),
        Row.of("saturation.fp32.rows", fp32, "rows/s").withBaseline(teacher),
        precision.equals("int8")
            ? Row.of("saturation.int8.ratio", auto / teacher, "x")
            : Row.notMeasured(
                "saturation.int8.ratio", "x", "precision auto chose %s here".formatted(precision)),
        Row.of("saturation.auto.rows", auto, "rows/s")
            .withBaseline(teacher)
            .withDetail("precision auto: " + precision));
  }

  private static Turns turns(BenchSettings settings) {
    return new Turns(
        settings.duration(Duration.ofSeconds(10), Duration.ofMillis(500)),
        settings.number(6, 1),
        settings.duration(Duration.ofSeconds(4), Duration.ofMillis(500)));
  }

  private static List<ModelInferRequest> requests(Side side, List<String> texts) {
    List<ModelInferRequest> requests = new ArrayList<>();
    for (int start = 0; start + ROWS <= texts.size(); start += ROWS) {
      requests.add(side.requests().texts(texts.subList(start, start + ROWS)));
    }
    return requests;
  }
}
