package dev.cohort.benchmarks.dataplane;

import dev.cohort.benchmarks.Bar;
import dev.cohort.benchmarks.Bench;
import dev.cohort.benchmarks.BenchSettings;
import dev.cohort.benchmarks.Row;
import dev.cohort.benchmarks.load.Samples;
import dev.cohort.benchmarks.stage.Poll;
import dev.cohort.benchmarks.stage.StagePlan;
import dev.cohort.cli.CommandException;
import dev.cohort.cli.replay.ReplyReader;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * From the begin of a burst to the first answer with fewer students, as a client sees it: an upper
 * bound of the time to the first batch that is dispatched with the smaller prefix, since it holds
 * the batch itself and the way back. A burst is some hundred requests at once, several times what
 * the whole ensemble does within the latency target; it begins when the first of them is sent.
 */
public final class ReactionBench implements Bench {
  private static final int SEATS = 2;
  private static final Duration TARGET = Duration.ofMillis(50);
  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** Predicted drain time of the burst, as a multiple of the target. */
  private static final double HEIGHT = 6;

  @Override
  public String name() {
    return "reaction";
  }

  @Override
  public String summary() {
    return "begin of a burst to the first answer with fewer students";
  }

  @Override
  public List<Row> run(BenchSettings settings) throws Exception {
    int bursts = settings.number(20, 2);
    StagePlan plan =
        StagePlan.of(settings.students(), SEATS)
            .withAggregator("cohort.latency-target", TARGET.toMillis() + "ms")
            .withAggregator("cohort.quality-floor", 100);
    List<String> texts = Texts.demo(settings);
    try (Side side = Side.start(settings, "students", plan)) {
      List<ModelInferRequest> all = side.requests().minStudents(side.students()).each(texts);
      double full = Capacity.rowsPerSecond(settings, side.call(all));
      int size = (int) Math.ceil(HEIGHT * full * TARGET.toNanos() / 1e9);
      settings.say("reaction: %d bursts of %d requests", bursts, size);
      List<ModelInferRequest> free = side.requests().each(texts);
      Samples times = new Samples();
      for (int burst = 0; burst < bursts; burst++) {
        Poll.until("all students are in use again", LIMIT, () -> restored(side));
        times.add(new Burst(side, free, size).nanosToPruned());
      }
      return List.of(
          Row.of("reaction.p95", times.millis(0.95), "ms")
              .with(Bar.atMost(100))
              .withDetail(
                  "upper bound, seen by the client; %d bursts of %d requests at once"
                      .formatted(bursts, size)),
          Row.of("reaction.p50", times.millis(0.5), "ms"));
    }
  }

  private static boolean restored(Side side) {
    double prefix = side.stage().metrics().sum("cohort_prefix", any -> true);
    return Math.round(prefix) == side.students();
  }

  /** Requests sent at once. Used once. */
  private static final class Burst {
    private final Side side;
    private final List<ModelInferRequest> requests;
    private final int size;
    private final CompletableFuture<Long> pruned = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private final AtomicInteger missing;

    Burst(Side side, List<ModelInferRequest> requests, int size) {
      this.side = side;
      this.requests = requests;
      this.size = size;
      this.missing = new AtomicInteger(size);
    }

    /** Sends them and returns when all have been answered. */
    long nanosToPruned() throws InterruptedException {
      long begin = System.nanoTime();
      for (int request = 0; request < size; request++) {
        side.call(requests)
            .start(request)
            .whenComplete((answer, failure) -> took(answer, failure, begin));
      }
      try {
        ended.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        return pruned.get(0, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        throw CommandException.failure("a request of a burst failed: " + e.getCause(), e);
      } catch (TimeoutException e) {
        throw CommandException.failure(
            "a burst of %d requests was not answered, or no student was dropped".formatted(size),
            e);
      }
    }

    private void took(Object answer, Throwable failure, long begin) {
      if (failure != null) {
        ended.completeExceptionally(failure);
        return;
      }
      boolean fewer = ReplyReader.read((ModelInferResponse) answer).orElseThrow().pruned();
      if (fewer) {
        pruned.complete(System.nanoTime() - begin);
      }
      if (missing.decrementAndGet() == 0) {
        ended.complete(null);
      }
    }
  }
}
