package dev.cohort.aggregator.metrics;

import dev.cohort.protocol.inference.InferBatchStatistics;
import dev.cohort.protocol.inference.InferStatistics;
import dev.cohort.protocol.inference.ModelStatistics;
import dev.cohort.protocol.inference.StatisticDuration;
import java.time.InstantSource;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one model has done since the start, in the words of Triton's statistics extension.
 * Thread-safe; a message is one consistent view.
 */
public final class InferenceStatistics {
  private final String name;
  private final String version;
  private final InstantSource clock;
  // All below are guarded by this.
  private final Total success = new Total();
  private final Total fail = new Total();
  private final Total queue = new Total();
  private final Total input = new Total();
  private final Total infer = new Total();
  private final Total output = new Total();
  // By rows of a batch, of which there are few: batches are bounded.
  private final Map<Integer, BatchTotals> batches = new TreeMap<>();
  private long lastMillis;
  private long rows;
  private long executions;

  InferenceStatistics(String name, String version, InstantSource clock) {
    this.name = name;
    this.version = version;
    this.clock = clock;
  }

  /** A request has come in. */
  synchronized void arrived() {
    lastMillis = clock.millis();
  }

  /** A request was answered, after this long altogether. */
  synchronized void answered(int count, long nanos, RequestTimes times) {
    rows += count;
    success.add(nanos);
    queue.add(times.queueNanos());
    input.add(times.inputNanos());
    infer.add(times.inferNanos());
    output.add(times.outputNanos());
  }

  /** A request ended without an answer, after this long altogether. */
  synchronized void failed(long nanos) {
    fail.add(nanos);
  }

  /** A batch was packed, run by the seats, and handed to its requests. */
  synchronized void executed(int count, BatchTimes times) {
    executions++;
    BatchTotals totals = batches.computeIfAbsent(count, ignored -> new BatchTotals());
    totals.input.add(times.packNanos());
    totals.infer.add(times.seatNanos());
    totals.output.add(times.handOutNanos());
  }

  /** All of it, as it is now. */
  public synchronized ModelStatistics message() {
    ModelStatistics.Builder message =
        ModelStatistics.newBuilder()
            .setName(name)
            .setVersion(version)
            .setLastInference(lastMillis)
            .setInferenceCount(rows)
            .setExecutionCount(executions)
            .setInferenceStats(requests());
    batches.forEach((size, totals) -> message.addBatchStats(totals.message(size)));
    return message.build();
  }

  private InferStatistics.Builder requests() {
    StatisticDuration none = new Total().message();
    return InferStatistics.newBuilder()
        .setSuccess(success.message())
        .setFail(fail.message())
        .setQueue(queue.message())
        .setComputeInput(input.message())
        .setComputeInfer(infer.message())
        .setComputeOutput(output.message())
        .setCacheHit(none)
        .setCacheMiss(none);
  }

  /** How often something happened, and how long it took in all. */
  private static final class Total {
    private long count;
    private long nanos;

    void add(long more) {
      count++;
      nanos += more;
    }

    StatisticDuration message() {
      return StatisticDuration.newBuilder().setCount(count).setNs(nanos).build();
    }
  }

  private static final class BatchTotals {
    private final Total input = new Total();
    private final Total infer = new Total();
    private final Total output = new Total();

    InferBatchStatistics message(int size) {
      return InferBatchStatistics.newBuilder()
          .setBatchSize(size)
          .setComputeInput(input.message())
          .setComputeInfer(infer.message())
          .setComputeOutput(output.message())
          .build();
    }
  }
}
