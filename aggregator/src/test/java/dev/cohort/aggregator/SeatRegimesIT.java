package dev.cohort.aggregator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Both regimes, with real seats of the demo package: four students. */
class SeatRegimesIT {
  private static final Path DEMO = Path.of("..", "demo", "clinc150");
  private static final int STUDENTS = 4;
  private static final int CALLERS = 8;
  private static final ModelInferRequest QUESTION =
      Requests.typed("clinc150", Requests.texts("text", List.of(1L), "how do i ask for a day off"));

  @BeforeEach
  void requireDemo() {
    assumeTrue(Files.isDirectory(DEMO), "skipped: there is no demo package at " + DEMO);
  }

  private static int used(ModelInferResponse response) {
    int used = (Integer) Tensor.of(response).get("students_used").values().getFirst();
    assertEquals(used < STUDENTS, response.getParametersOrThrow("degraded").getBoolParam());
    assertFalse(response.getParametersOrThrow("pruned").getBoolParam());
    return used;
  }

  private static int ask(ServedPackages served) {
    return used(served.grpc().modelInfer(QUESTION));
  }

  /** The seats are ready with one student each; every answer is right from then on. */
  @Test
  void sharedSeatsAnswerABurstWhileTheyLoadAndThenWithAllStudents() throws Exception {
    List<RealSeat> seats = List.of(RealSeat.start(DEMO, 0), RealSeat.start(DEMO, 1));
    try (ServedPackages served =
            ServedPackages.connect(List.of(DEMO), seats, TestSettings.UNPRUNED);
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS)) {
      AtomicInteger whole = new AtomicInteger();
      List<Future<Integer>> callers = new ArrayList<>();
      for (int caller = 0; caller < CALLERS; caller++) {
        callers.add(
            threads.submit(
                () -> {
                  int fewest = STUDENTS;
                  while (whole.get() < 10 * CALLERS) {
                    int used = ask(served);
                    fewest = Math.min(fewest, used);
                    whole.addAndGet(used == STUDENTS ? 1 : 0);
                  }
                  return fewest;
                }));
      }
      for (Future<Integer> caller : callers) {
        assertTrue(caller.get() >= 1);
      }
      seats.forEach(RealSeat::awaitLoaded);
      seats.getFirst().kill();
      Await.until("the loss is noticed", () -> served.gauge("cohort.seats.connected") == 1);
      Await.until("the other has all students", () -> ask(served) == STUDENTS);
    }
  }

  @Test
  void dedicatedSeatsAnswerTogetherAndTheLongestPrefixWithoutOne() throws Exception {
    List<RealSeat> seats =
        IntStream.range(0, STUDENTS)
            .mapToObj(home -> RealSeat.start(DEMO, home, "cohort.regime=dedicated"))
            .toList();
    try (ServedPackages served =
        ServedPackages.start(List.of(DEMO), seats, TestSettings.UNPRUNED)) {
      assertEquals(STUDENTS, ask(served));
      seats.get(2).kill();
      Await.until("the loss is noticed", () -> served.gauge("cohort.seats.connected") == 3);
      assertEquals(2, ask(served));
      seats.get(0).kill();
      Await.until("the loss is noticed", () -> served.gauge("cohort.seats.connected") == 2);
      StatusRuntimeException refused =
          assertThrows(StatusRuntimeException.class, () -> ask(served));
      assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
    }
  }
}
