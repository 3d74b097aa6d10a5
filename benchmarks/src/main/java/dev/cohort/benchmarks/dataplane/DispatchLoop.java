package dev.cohort.benchmarks.dataplane;

import dev.cohort.aggregator.NanoClock;
import dev.cohort.aggregator.dispatch.Contributions;
import dev.cohort.aggregator.dispatch.DispatchSettings;
import dev.cohort.aggregator.dispatch.Dispatcher;
import dev.cohort.aggregator.dispatch.PrefixSettings;
import dev.cohort.aggregator.dispatch.SeatAddress;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.aggregator.model.ModelCatalog;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.benchmarks.stage.Poll;
import dev.cohort.observability.TraceSpan;
import dev.cohort.packages.Package;
import dev.cohort.packages.PackageException;
import dev.cohort.packages.TextTokenizer;
import dev.cohort.packages.TokenRow;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * An aggregator's dispatcher in this process, over the seats of a stage: a call is one row from
 * dispatch to the sum, on the threads on which an aggregator does it.
 */
final class DispatchLoop implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final Duration START_LIMIT = Duration.ofSeconds(60);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final ExecutorService answerer =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("bench-answer").daemon().factory());
  private final TextTokenizer tokenizer;
  private final ServedModel model;
  private final Dispatcher dispatcher;
  private final List<TokenRow> rows;

  /** Returns when all seats are connected. */
  DispatchLoop(Path packageFolder, List<String> seats, TokenRow row)
      throws PackageException, InterruptedException {
    Package source = Package.open(packageFolder);
    this.tokenizer = source.tokenizer();
    this.model = new ServedModel(source.manifest(), tokenizer, 1);
    this.rows = List.of(row);
    int students = model.studentsTotal();
    this.dispatcher =
        new Dispatcher(
            new ModelCatalog(List.of(model)),
            seats.stream().map(SeatAddress::parse).toList(),
            DispatchSettings.of(
                new PrefixSettings(
                    Duration.ofMillis(50), Duration.ofMillis(500), 1, students, students)),
            new ServingMetrics(registry),
            NanoClock.SYSTEM);
    dispatcher.start();
    Poll.until("all seats are connected", START_LIMIT, () -> connected() == seats.size());
  }

  /** One row through all students, summed. */
  CompletableFuture<float[]> call() {
    long deadline = NanoClock.SYSTEM.nanoTime() + TIMEOUT.toNanos();
    return dispatcher
        .dispatch(model, rows, model.studentsTotal(), 1, deadline, TraceSpan.NONE, () -> {})
        .thenApplyAsync(this::sum, answerer);
  }

  @Override
  public void close() {
    dispatcher.close();
    answerer.shutdownNow();
    tokenizer.close();
  }

  private float[] sum(Contributions contributions) {
    return model.answers().logits(contributions.blocks(), rows.size());
  }

  private int connected() {
    return (int)
        registry.find("cohort.seats.connected").gauges().stream().mapToDouble(Gauge::value).sum();
  }
}
