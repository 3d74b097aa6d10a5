package dev.cohort.aggregator;

import static org.junit.jupiter.api.Assertions.assertFalse;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohort.aggregator.dispatch.ScriptedSeat;
import dev.cohort.aggregator.dispatch.SeatAddress;
import dev.cohort.aggregator.grpc.ConnectionLimits;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Aggregators that share seats, and clients that outlive an aggregator. */
class SeveralAggregatorsIT {
  private static final Path CLIENT_GUIDE = Path.of("..", "docs", "clients.md");
  private static final int CALLERS = 4;
  private static final ModelInferRequest REQUEST =
      Requests.typed("tiny-package", Requests.texts("text", List.of(1L), "a good film"));

  private static Aggregator start(List<SeatAddress> seats, int port) throws IOException {
    return Aggregator.start(
        TestSettings.of(seats, port, 512, new ConnectionLimits(100, 100)),
        "1",
        new ServingMetrics(new SimpleMeterRegistry()),
        NanoClock.SYSTEM);
  }

  /** The config that the guide shows, as numbers that gRPC takes. */
  private static Map<String, ?> guide() throws IOException {
    String text = Files.readString(CLIENT_GUIDE);
    int begin = text.indexOf("```json\n") + "```json\n".length();
    Map<?, ?> config =
        new ObjectMapper().readValue(text.substring(begin, text.indexOf("```", begin)), Map.class);
    return doubles(config);
  }

  private static Map<String, ?> doubles(Map<?, ?> map) {
    Map<String, Object> result = new HashMap<>();
    map.forEach((key, value) -> result.put((String) key, doubles(value)));
    return result;
  }

  private static Object doubles(Object value) {
    return switch (value) {
      case Map<?, ?> map -> doubles(map);
      case List<?> list -> list.stream().map(SeveralAggregatorsIT::doubles).toList();
      case Number number -> number.doubleValue();
      default -> value;
    };
  }

  private static ManagedChannel channel(int port, Map<String, ?> config) {
    return NettyChannelBuilder.forTarget("dns:///127.0.0.1:" + port)
        .defaultServiceConfig(config)
        .usePlaintext()
        .build();
  }

  /** Calls that go on until told to stop; the first failure ends them. */
  private static final class Load implements AutoCloseable {
    private final ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicLong answers = new AtomicLong();
    private final List<Future<?>> callers = new ArrayList<>();

    Load(Supplier<ModelInferResponse> call) {
      for (int caller = 0; caller < CALLERS; caller++) {
        callers.add(threads.submit(() -> run(call)));
      }
    }

    private void run(Supplier<ModelInferResponse> call) {
      while (!stopped.get()) {
        ModelInferResponse response = call.get();
        assertFalse(response.getParametersOrThrow("degraded").getBoolParam());
        answers.incrementAndGet();
      }
    }

    void awaitMore(int count) throws Exception {
      long wanted = answers.get() + count;
      Await.until(
          "more were answered",
          () -> answers.get() >= wanted || callers.stream().anyMatch(Future::isDone));
      rethrow();
    }

    private void rethrow() throws Exception {
      for (Future<?> caller : callers) {
        if (caller.isDone()) {
          caller.get();
        }
      }
    }

    @Override
    public void close() {
      stopped.set(true);
      threads.close();
    }

    void end() throws Exception {
      close();
      rethrow();
    }
  }

  private static ModelInferResponse infer(ManagedChannel over) {
    return GRPCInferenceServiceGrpc.newBlockingStub(over)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .modelInfer(REQUEST);
  }

  @Test
  void clientWithTheGuidesConfigSurvivesRestarts() throws Exception {
    try (TinyModel tiny = new TinyModel();
        ScriptedSeat seat = new ScriptedSeat(tiny.model(), 0, 8)) {
      Aggregator running = start(List.of(seat.address()), 0);
      int port = running.grpcPort();
      ManagedChannel channel = channel(port, guide());
      try (Load load = new Load(() -> infer(channel))) {
        for (int restart = 0; restart < 3; restart++) {
          load.awaitMore(20);
          // No drain: what is in flight fails, and the port is closed for a while.
          running.close();
          running = start(List.of(seat.address()), port);
        }
        load.awaitMore(20);
        load.end();
      } finally {
        channel.shutdownNow();
        running.close();
      }
    }
  }

  @Test
  void twoAggregatorsShareTheSeats() throws Exception {
    try (RealSeat first = RealSeat.start(TinyPackage.PATH, 0);
        RealSeat second = RealSeat.start(TinyPackage.PATH, 1);
        Aggregator one = start(List.of(first.address(), second.address()), 0);
        Aggregator other = start(List.of(first.address(), second.address()), 0)) {
      Await.until("both are ready", () -> one.isReady() && other.isReady());
      ManagedChannel toOne = channel(one.grpcPort(), Map.of());
      ManagedChannel toOther = channel(other.grpcPort(), Map.of());
      try (Load overOne = new Load(() -> infer(toOne));
          Load overOther = new Load(() -> infer(toOther))) {
        for (int round = 0; round < 3; round++) {
          overOne.awaitMore(100);
          overOther.awaitMore(100);
        }
        overOne.end();
        overOther.end();
      } finally {
        toOne.shutdownNow();
        toOther.shutdownNow();
      }
    }
  }
}
