package dev.cohort.benchmarks.dataplane;

import dev.cohort.benchmarks.Bar;
import dev.cohort.benchmarks.Bench;
import dev.cohort.benchmarks.BenchSettings;
import dev.cohort.benchmarks.Row;
import dev.cohort.packages.BatchRules;
import dev.cohort.packages.Manifest;
import dev.cohort.packages.Package;
import dev.cohort.packages.PackageException;
import dev.cohort.packages.PackedBatch;
import dev.cohort.packages.TextTokenizer;
import dev.cohort.packages.TokenRow;
import dev.cohort.policy.BatchCost;
import dev.cohort.policy.BatchLimits;
import dev.cohort.policy.BatchPlanner;
import dev.cohort.policy.CostTable;
import dev.cohort.student.engine.StudentEngine;
import dev.cohort.student.seat.CostMeter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Engine time of queues of mixed lengths under three plans, in one process and thread, in turn: the
 * dynamic program's, batches in the order of arrival, and those with each row padded to the longest
 * of its batch.
 */
public final class PaddingBench implements Bench {
  /** Rows that an aggregator plans at a time. */
  private static final int QUEUE = 128;

  private static final int MAX_ROWS = 16;

  /** What an aggregator adds for each batch when it plans. */
  private static final double BATCH_MICROS = 200;

  private static final int WARM_UP = 1;

  @Override
  public String name() {
    return "padding";
  }

  @Override
  public String summary() {
    return "engine time of mixed lengths: planned, first come, padded to the longest";
  }

  private enum Plan {
    PLANNED,
    FIRST_COME,
    PADDED
  }

  /** What a plan took. */
  private record Spent(long rows, long nanos, long cells, long batches) {
    static final Spent NOTHING = new Spent(0, 0, 0, 0);

    Spent and(Spent other) {
      return new Spent(
          rows + other.rows, nanos + other.nanos, cells + other.cells, batches + other.batches);
    }

    double rowsPerSecond() {
      return rows / (nanos / 1e9);
    }
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    Package source = Package.open(settings.students());
    List<List<TokenRow>> queues = queues(settings, source);
    Map<Plan, Spent> spent = new EnumMap<>(Plan.class);
    try (StudentEngine engine = StudentEngine.load(source, List.of(0))) {
      BatchRules rules = BatchRules.of(source.manifest());
      settings.say("padding: measuring the cost table");
      BatchCost cost = cost(engine, source.manifest(), rules);
      settings.say("padding: %d queues of %d rows", queues.size(), QUEUE);
      for (int queue = -WARM_UP; queue < queues.size(); queue++) {
        for (Plan plan : turn(queue)) {
          List<List<TokenRow>> batches = batches(plan, queues.get(Math.max(0, queue)), cost);
          Spent took = run(engine, batches, rules);
          if (queue >= 0) {
            spent.merge(plan, took, Spent::and);
          }
        }
      }
    }
    return rows(settings, spent);
  }

  private static List<Row> rows(BenchSettings settings, Map<Plan, Spent> spent) {
    Spent planned = spent.getOrDefault(Plan.PLANNED, Spent.NOTHING);
    Spent first = spent.getOrDefault(Plan.FIRST_COME, Spent.NOTHING);
    Spent padded = spent.getOrDefault(Plan.PADDED, Spent.NOTHING);
    List<Row> rows = new ArrayList<>();
    rows.add(
        Row.of("padding.vs_first_come", planned.rowsPerSecond() / first.rowsPerSecond(), "x")
            .with(Bar.atLeast(0.98))
            .withDetail("%s, packed".formatted(Texts.mixtureName(settings))));
    rows.add(
        Row.of("padding.vs_padded", planned.rowsPerSecond() / padded.rowsPerSecond(), "x")
            .with(Bar.atLeast(1.3)));
    for (Map.Entry<Plan, Spent> entry : spent.entrySet()) {
      String name = "padding." + entry.getKey().name().toLowerCase(java.util.Locale.ROOT);
      Spent seen = entry.getValue();
      rows.add(
          Row.of(name + ".rows", seen.rowsPerSecond(), "rows/s")
              .withDetail(
                  "%d rows in %d batches of at most %d"
                      .formatted(seen.rows(), seen.batches(), MAX_ROWS)));
      rows.add(
          Row.of(name + ".attention_cells", (double) seen.cells() / seen.rows(), "1/row")
              .withDetail("rows x longest x longest of each batch, for each row"));
    }
    return rows;
  }

  private static BatchCost cost(StudentEngine engine, Manifest manifest, BatchRules rules) {
    CostMeter meter =
        new CostMeter(batch -> engine.forward(batch, 0), manifest, rules, System::nanoTime);
    BatchCost table = new CostTable(meter.measure());
    return (students, tokens, rows, longest) ->
        BATCH_MICROS + table.micros(students, tokens, rows, longest);
  }

  private static List<List<TokenRow>> queues(BenchSettings settings, Package source)
      throws PackageException {
    List<List<TokenRow>> queues = new ArrayList<>();
    int count = settings.number(20, 1);
    try (TextTokenizer tokenizer = source.tokenizer()) {
      List<String> texts = Texts.mixed(settings, count * QUEUE);
      for (int start = 0; start + QUEUE <= texts.size(); start += QUEUE) {
        queues.add(texts.subList(start, start + QUEUE).stream().map(tokenizer::encode).toList());
      }
    }
    return queues;
  }

  /** All plans, each queue beginning with another one. */
  private static List<Plan> turn(int queue) {
    List<Plan> plans = new ArrayList<>(Arrays.asList(Plan.values()));
    java.util.Collections.rotate(plans, queue);
    return plans;
  }

  private static List<List<TokenRow>> batches(Plan plan, List<TokenRow> queue, BatchCost cost) {
    return switch (plan) {
      case PLANNED -> planned(queue, cost);
      case FIRST_COME -> firstCome(queue);
      case PADDED -> firstCome(queue).stream().map(PaddingBench::padded).toList();
    };
  }

  private static List<List<TokenRow>> planned(List<TokenRow> queue, BatchCost cost) {
    List<TokenRow> sorted =
        queue.stream().sorted(Comparator.comparingInt(TokenRow::length)).toList();
    int[] lengths = sorted.stream().mapToInt(TokenRow::length).toArray();
    return new BatchPlanner(cost, new BatchLimits(MAX_ROWS, Integer.MAX_VALUE))
        .plan(lengths, 1).stream().map(batch -> sorted.subList(batch.from(), batch.to())).toList();
  }

  private static List<List<TokenRow>> firstCome(List<TokenRow> queue) {
    List<List<TokenRow>> batches = new ArrayList<>();
    for (int start = 0; start < queue.size(); start += MAX_ROWS) {
      batches.add(queue.subList(start, Math.min(queue.size(), start + MAX_ROWS)));
    }
    return batches;
  }

  /** Each row as long as the longest; what is added computes as any token does. */
  private static List<TokenRow> padded(List<TokenRow> batch) {
    int longest = batch.stream().mapToInt(TokenRow::length).max().orElse(0);
    return batch.stream().map(row -> TokenRow.of(Arrays.copyOf(row.ids(), longest))).toList();
  }

  private static Spent run(StudentEngine engine, List<List<TokenRow>> batches, BatchRules rules) {
    long rows = 0;
    long cells = 0;
    long begin = System.nanoTime();
    for (List<TokenRow> batch : batches) {
      PackedBatch packed = PackedBatch.of(batch, rules);
      engine.forward(packed, 0);
      rows += packed.rows();
      cells += (long) packed.rows() * packed.longest() * packed.longest();
    }
    return new Spent(rows, System.nanoTime() - begin, cells, batches.size());
  }
}
