package dev.cohort.aggregator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cohort.aggregator.dispatch.PrefixSettings;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.cohort.protocol.inference.InferParameter;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Bursts and broken seats, with real seats: every answer is the sum of the prefix it names. */
class BurstIT {
  private static final String TINY = "tiny-package";
  private static final int STUDENTS = 3;
  private static final int CALLERS = 8;
  private static final float TOLERANCE = 1e-3f;
  private static final Path DEMO = Path.of("..", "demo", "clinc150");
  private static final Path DEMO_TEST = Path.of("..", "demo", "data", "clinc150", "test.tsv");
  private static final int DEMO_ROWS = 400;

  private static ServedPackages twoSeats(Path folder, PrefixSettings prefixes) throws Exception {
    List<RealSeat> seats = List.of(RealSeat.start(folder, 0), RealSeat.start(folder, 1));
    return ServedPackages.start(List.of(folder), seats, prefixes);
  }

  private static ModelInferRequest request(ReferenceRow row) {
    long[] ids = toLongs(row.tokens().ids());
    List<Long> shape = List.of(1L, (long) ids.length);
    return Requests.typed(
        TINY,
        Requests.longs("input_ids", shape, ids),
        Requests.longs("token_type_ids", shape, toLongs(row.tokens().types())));
  }

  private static long[] toLongs(int[] numbers) {
    return IntStream.of(numbers).asLongStream().toArray();
  }

  /** Checks an answer against the reference of the prefix that it names; returns the prefix. */
  private static int check(ReferenceRow row, ModelInferResponse response) {
    int used = (Integer) Tensor.of(response).get("students_used").values().getFirst();
    List<Float> logits = Tensor.of(response).get("logits").floats();
    List<Float> expected = row.prefixes().get(used - 1);
    for (int i = 0; i < expected.size(); i++) {
      assertEquals(expected.get(i), logits.get(i), TOLERANCE, "column " + i + " of prefix " + used);
    }
    boolean pruned = response.getParametersOrThrow("pruned").getBoolParam();
    assertFalse(response.getParametersOrThrow("degraded").getBoolParam());
    assertEquals(used < STUDENTS, pruned);
    return used;
  }

  /** Callers that send row after row until told to stop; each answer is checked. */
  private static ClosedLoad load(ServedPackages served, List<ReferenceRow> rows) {
    return new ClosedLoad(
        CALLERS,
        call -> {
          ReferenceRow row = rows.get(call % rows.size());
          check(row, served.grpc().modelInfer(request(row)));
        });
  }

  @Test
  void killedSeatCostsNoRequest() throws Exception {
    RealSeat doomed = RealSeat.start(TinyPackage.PATH, 0);
    List<RealSeat> seats = List.of(doomed, RealSeat.start(TinyPackage.PATH, 1));
    List<ReferenceRow> rows = ReferenceRow.of(TinyPackage.PATH);
    try (ServedPackages served =
            ServedPackages.start(List.of(TinyPackage.PATH), seats, TestSettings.UNPRUNED);
        ClosedLoad load = load(served, rows)) {
      Await.until("rows were answered", () -> served.count("cohort.rows") > 200);
      doomed.kill();
      Await.until("the loss is noticed", () -> served.gauge("cohort.seats.connected") == 1);
      double before = served.count("cohort.rows");
      Await.until("more were answered", () -> served.count("cohort.rows") > before + 200);
      assertTrue(load.stop() > 400);
    }
  }

  @Test
  void stoppedSeatCostsNoRequestAndWorksAgainLater() throws Exception {
    RealSeat frozen = RealSeat.start(TinyPackage.PATH, 0);
    List<RealSeat> seats = List.of(frozen, RealSeat.start(TinyPackage.PATH, 1));
    List<ReferenceRow> rows = ReferenceRow.of(TinyPackage.PATH);
    try (ServedPackages served =
            ServedPackages.start(List.of(TinyPackage.PATH), seats, TestSettings.UNPRUNED);
        ClosedLoad load = load(served, rows)) {
      Await.until("rows were answered", () -> served.count("cohort.rows") > 200);
      frozen.suspend();
      Await.until("the seat is found slow", () -> served.count("cohort.resends") > 0);
      double before = served.count("cohort.rows");
      Await.until("more were answered", () -> served.count("cohort.rows") > before + 200);
      frozen.resume();
      double after = served.count("cohort.rows");
      Await.until("more were answered", () -> served.count("cohort.rows") > after + 200);
      assertTrue(load.stop() > 600);
      Await.until("both are connected", () -> served.gauge("cohort.seats.connected") == 2);
    }
  }

  @Test
  void burstFallsBackToAPrefixAndCalmRestoresAll() throws Exception {
    List<ReferenceRow> rows = ReferenceRow.of(TinyPackage.PATH);
    try (ServedPackages served = twoSeats(TinyPackage.PATH, TestSettings.HASTY);
        ExecutorService threads = Executors.newFixedThreadPool(64)) {
      Await.until("calm is calm", () -> served.gauge("cohort.prefix") == STUDENTS);
      AtomicBoolean pruned = new AtomicBoolean();
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < 1500; i++) {
        ReferenceRow row = rows.get(i % rows.size());
        calls.add(
            threads.submit(
                () -> {
                  if (check(row, served.grpc().modelInfer(request(row))) < STUDENTS) {
                    pruned.set(true);
                  }
                }));
      }
      ReferenceRow row = rows.getFirst();
      ModelInferRequest whole =
          request(row).toBuilder()
              .putParameters("min_students", InferParameter.newBuilder().setInt64Param(3).build())
              .build();
      assertEquals(STUDENTS, check(row, served.grpc().modelInfer(whole)));
      for (Future<?> call : calls) {
        call.get();
      }
      assertTrue(pruned.get(), "no answer was pruned");
      Await.until("all students are back", () -> served.gauge("cohort.prefix") == STUDENTS);
    }
  }

  @Test
  void demoLabelsInABurstAreThoseOfOneRowAtATime() throws Exception {
    assumeTrue(Files.isDirectory(DEMO), "skipped: there is no demo package at " + DEMO);
    List<String> lines = Files.readAllLines(DEMO_TEST);
    int step = (lines.size() - 1) / DEMO_ROWS;
    List<String> texts =
        IntStream.range(0, DEMO_ROWS)
            .mapToObj(i -> lines.get(1 + i * step).split("\t")[0])
            .toList();
    try (ServedPackages served = twoSeats(DEMO, TestSettings.UNPRUNED)) {
      List<Object> alone = texts.stream().map(text -> label(served.grpc(), text)).toList();
      List<CompletableFuture<Object>> burst = new ArrayList<>();
      try (ExecutorService threads = Executors.newFixedThreadPool(64)) {
        for (String text : texts) {
          burst.add(CompletableFuture.supplyAsync(() -> label(served.grpc(), text), threads));
        }
      }
      for (int i = 0; i < texts.size(); i++) {
        assertEquals(alone.get(i), burst.get(i).get(), texts.get(i));
      }
    }
  }

  private static Object label(GRPCInferenceServiceBlockingStub calls, String text) {
    ModelInferResponse response =
        calls.modelInfer(Requests.typed("clinc150", Requests.texts("text", List.of(1L), text)));
    assertFalse(response.getParametersOrThrow("pruned").getBoolParam());
    assertFalse(response.getParametersOrThrow("degraded").getBoolParam());
    return Tensor.of(response).get("label").values().getFirst();
  }
}
