package dev.cohort.aggregator.dispatch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.cohort.aggregator.Await;
import dev.cohort.aggregator.NanoClock;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.aggregator.TinyPackage;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.aggregator.model.ModelCatalog;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.observability.TraceSpan;
import dev.cohort.packages.Package;
import dev.cohort.packages.TextTokenizer;
import dev.cohort.packages.TokenRow;
import dev.cohort.policy.BatchingPolicy;
import dev.cohort.policy.PriorityPolicy;
import dev.cohort.protocol.student.v1.ForwardRequest;
import dev.cohort.protocol.student.v1.Refusal;
import io.grpc.Status;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The dispatcher over real gRPC against seats that do what the test says. */
class DispatcherIT {
  private static final int STUDENTS = 3;
  private static final int COLUMNS = 5;
  private static TextTokenizer tokenizer;
  private static ServedModel model;

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicInteger sent = new AtomicInteger();
  private PrefixSettings prefixes =
      new PrefixSettings(Duration.ofMinutes(1), Duration.ofMillis(100), 1, 1, 64);
  private Duration window = Duration.ZERO;
  private double hedgeBelow = 0.7;

  @BeforeAll
  static void openPackage() throws IOException {
    Package tiny = TinyPackage.open();
    tokenizer = tiny.tokenizer();
    model = new ServedModel(tiny.manifest(), tokenizer, 64);
  }

  @AfterAll
  static void closePackage() {
    tokenizer.close();
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  private ScriptedSeat seat(int home, int credits) throws IOException {
    ScriptedSeat seat = new ScriptedSeat(model, home, credits);
    opened.add(seat);
    return seat;
  }

  private Dispatcher over(ScriptedSeat... seats) {
    List<SeatAddress> addresses = Arrays.stream(seats).map(ScriptedSeat::address).toList();
    ServingMetrics metrics = new ServingMetrics(registry);
    Dispatcher dispatcher =
        new Dispatcher(
            new ModelCatalog(List.of(model)), addresses, settings(), metrics, NanoClock.SYSTEM);
    opened.add(dispatcher);
    dispatcher.start();
    return dispatcher;
  }

  /** Lazy with a window, else hungry. */
  private DispatchSettings settings() {
    BatchingPolicy.Mode mode =
        window.isZero() ? BatchingPolicy.Mode.HUNGRY : BatchingPolicy.Mode.LAZY;
    return new DispatchSettings(
        prefixes,
        new BatchingPolicy.Settings(mode, window.toNanos(), prefixes.target().toNanos()),
        hedgeBelow);
  }

  private Dispatcher connected(ScriptedSeat... seats) {
    Dispatcher dispatcher = over(seats);
    Await.until("all seats are connected", () -> connectedSeats() == seats.length);
    return dispatcher;
  }

  /** Waits until all that was dispatched before is queued: else an answer may overtake it. */
  private static void allQueued(Dispatcher dispatcher) throws Exception {
    dispatcher.bound(model, 0, 0).get(20, TimeUnit.SECONDS);
  }

  private int connectedSeats() {
    return (int)
        registry.find("cohort.seats.connected").gauges().stream()
            .mapToDouble(gauge -> gauge.value())
            .sum();
  }

  private double failures(String reason) {
    return registry.find("cohort.seat.failures").tag("reason", reason).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  private double resends(String reason) {
    return registry.find("cohort.resends").tag("reason", reason).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  private double prefix() {
    return registry.find("cohort.prefix").gauges().stream()
        .mapToDouble(gauge -> gauge.value())
        .sum();
  }

  private static List<TokenRow> rows(int... lengths) {
    return Arrays.stream(lengths).mapToObj(n -> TokenRow.of(new int[n])).toList();
  }

  private CompletableFuture<Contributions> dispatch(Dispatcher by, int... lengths) {
    return dispatch(by, Duration.ofSeconds(20), lengths);
  }

  private CompletableFuture<Contributions> dispatch(Dispatcher by, Duration time, int... lengths) {
    long deadline = NanoClock.SYSTEM.nanoTime() + time.toNanos();
    return by.dispatch(
        model,
        rows(lengths),
        1,
        PriorityPolicy.DEFAULT_LEVEL,
        deadline,
        TraceSpan.NONE,
        sent::incrementAndGet);
  }

  private static void assertAnswer(CompletableFuture<Contributions> reply, int... lengths)
      throws Exception {
    Contributions contributions = reply.get(20, TimeUnit.SECONDS);
    assertFalse(contributions.degraded());
    assertBlocks(contributions, STUDENTS, lengths);
  }

  private static void assertBlocks(Contributions contributions, int students, int... lengths) {
    assertEquals(students, contributions.blocks().size());
    assertArrayEquals(
        IntStream.of(lengths).map(length -> students).toArray(), contributions.used());
    for (int student = 0; student < students; student++) {
      float[] block = contributions.blocks().get(student);
      assertEquals(lengths.length * COLUMNS, block.length);
      for (int i = 0; i < block.length; i++) {
        assertEquals(100 * student + lengths[i / COLUMNS], block[i], "student " + student);
      }
    }
  }

  /** Nanoseconds until answers have so many students. */
  private long nanosUntil(int students, Dispatcher dispatcher) {
    long start = System.nanoTime();
    Await.until(
        "%d students answer".formatted(students),
        () -> dispatch(dispatcher, 1).join().used()[0] == students);
    return System.nanoTime() - start;
  }

  private static RefusedException refusal(CompletableFuture<Contributions> reply) {
    ExecutionException failed =
        assertThrows(ExecutionException.class, () -> reply.get(20, TimeUnit.SECONDS));
    return RefusedException.of(failed.getCause());
  }

  @Test
  void rowsAreCutAtTheSeatsLimitsAndPutTogetherAgain() throws Exception {
    ScriptedSeat seat = seat(0, 2).limits(3, 10);
    int[] lengths = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    assertAnswer(dispatch(connected(seat), lengths), lengths);
    for (ForwardRequest batch : seat.received()) {
      assertTrue(batch.getRowLengths().size() <= 3 * Integer.BYTES);
      assertTrue(batch.getInputIds().size() <= 10 * Integer.BYTES);
    }
    Await.until("all is sent", () -> sent.get() == 1);
  }

  @Test
  void studentsOfASeatThatLoadsAreUsedSoon() throws Exception {
    prefixes = new PrefixSettings(Duration.ofMinutes(1), Duration.ofMillis(100), 100, 1, 64);
    ScriptedSeat seat = seat(0, 2).students(0).loading(true);
    Dispatcher dispatcher = connected(seat);
    assertBlocks(dispatch(dispatcher, 4).get(20, TimeUnit.SECONDS), 1, 4);
    seat.students(0, 1);
    long first = nanosUntil(2, dispatcher);
    seat.students(0, 1, 2).loading(false);
    long second = nanosUntil(3, dispatcher);
    // The better of two: the machine may be busy.
    long quickest = Duration.ofNanos(Math.min(first, second)).toMillis();
    assertTrue(quickest < 500, quickest + " ms");
    assertAnswer(dispatch(dispatcher, 4), 4);
  }

  @Test
  void blocksMayComeInAnyOrder() throws Exception {
    ScriptedSeat seat = seat(0, 2);
    seat.script(
        (batch, out) -> {
          for (int student = STUDENTS - 1; student >= 0; student--) {
            out.onNext(seat.block(batch, student));
          }
        });
    assertAnswer(dispatch(connected(seat), 3, 1), 3, 1);
  }

  @Test
  void eachStudentGoesToItsHome() throws Exception {
    ScriptedSeat[] seats = {seat(2, 2), seat(0, 2), seat(1, 2)};
    assertAnswer(dispatch(connected(seats), 4), 4);
    assertEquals(2, seats[0].received().getFirst().getFirstStudent());
    assertEquals(0, seats[1].received().getFirst().getFirstStudent());
    assertEquals(1, seats[2].received().getFirst().getFirstStudent());
  }

  @Test
  void withoutASeatTheAnswerIsUnavailable() throws Exception {
    ScriptedSeat gone = seat(0, 2);
    gone.close();
    Dispatcher dispatcher = over(gone);
    RefusedException refused = refusal(dispatch(dispatcher, 1));
    assertEquals(Status.Code.UNAVAILABLE, refused.code());
    assertTrue(refused.getMessage().contains("student 0"), refused.getMessage());
    assertFalse(dispatcher.isReady(model));
  }

  @Test
  void studentThatNoSeatHoldsIsNamed() throws Exception {
    RefusedException refused = refusal(dispatch(connected(seat(0, 2).students(0, 1)), 1));
    assertEquals(Status.Code.UNAVAILABLE, refused.code());
    assertTrue(refused.getMessage().contains("student 2"), refused.getMessage());
  }

  @Test
  void seatOfAnotherPackageIsNotUsed() throws Exception {
    ScriptedSeat other = seat(0, 2).digest("sha256:" + "f".repeat(64));
    Dispatcher dispatcher = over(other);
    Await.until("the seat is refused", () -> failures("description") > 0);
    assertFalse(dispatcher.isReady(model));
    assertEquals(List.of(), other.received());
  }

  @Test
  void lostSeatFailsWhatItHadAndComesBack() throws Exception {
    ScriptedSeat seat = seat(0, 2).script((batch, out) -> {});
    Dispatcher dispatcher = connected(seat);
    CompletableFuture<Contributions> reply = dispatch(dispatcher, 1);
    Await.until("the batch has arrived", () -> seat.received().size() == 1);
    seat.close();
    assertEquals(Status.Code.UNAVAILABLE, refusal(reply).code());
    Await.until("the model is not ready", () -> !dispatcher.isReady(model));
    opened.add(new ScriptedSeat(model, 0, 2, seat.address().port()));
    Await.until("the model is ready", () -> dispatcher.isReady(model));
    assertAnswer(dispatch(dispatcher, 2), 2);
  }

  @Test
  void whatALostSeatHadGoesToAnother() throws Exception {
    ScriptedSeat dying = seat(0, 4).script((batch, out) -> {});
    ScriptedSeat other = seat(1, 4);
    Dispatcher dispatcher = connected(dying, other);
    List<CompletableFuture<Contributions>> replies =
        IntStream.rangeClosed(1, 8).mapToObj(n -> dispatch(dispatcher, n)).toList();
    Await.until("the seat has work", () -> !dying.received().isEmpty());
    dying.close();
    for (int n = 1; n <= replies.size(); n++) {
      assertAnswer(replies.get(n - 1), n);
    }
    assertTrue(resends("returned") > 0);
  }

  @Test
  void whatASilentSeatHasGoesToAnotherAndItsLateAnswerIsDropped() throws Exception {
    List<ForwardRequest> held = new CopyOnWriteArrayList<>();
    ScriptedSeat silent = seat(0, 4).script((batch, out) -> held.add(batch));
    ScriptedSeat other = seat(1, 4);
    Dispatcher dispatcher = connected(silent, other);
    assertAnswer(dispatch(dispatcher, 7), 7);
    assertEquals(1, failures("slow"));
    int before = silent.received().size();
    assertAnswer(dispatch(dispatcher, 5), 5);
    assertEquals(before, silent.received().size(), "a slow seat gets nothing");
    silent.script(silent::answer);
    held.forEach(batch -> silent.answer(batch, new StreamTo(silent)));
    Await.until(
        "the seat gets work again",
        () -> {
          dispatch(dispatcher, 3).join();
          return silent.received().size() > before;
        });
    assertEquals(2, connectedSeats());
  }

  @Test
  void underLoadASilentSeatsWorkIsCopiedOnlyWhenItMustHaveStopped() throws Exception {
    hedgeBelow = 0;
    ScriptedSeat silent = seat(0, 4).microsPerToken(1).script((batch, out) -> {});
    ScriptedSeat other = seat(1, 4).microsPerToken(1);
    Dispatcher dispatcher = connected(silent, other);
    long begin = System.nanoTime();
    assertAnswer(dispatch(dispatcher, 7), 7);
    assertTrue(System.nanoTime() - begin >= Duration.ofSeconds(1).toNanos());
    assertEquals(1, resends("slow"));
    assertEquals(1, failures("slow"));
  }

  @Test
  void lazyRowsWaitForOthersAndLeaveTogether() throws Exception {
    window = Duration.ofSeconds(2);
    ScriptedSeat seat = seat(0, 4);
    Dispatcher dispatcher = connected(seat);
    long begin = System.nanoTime();
    List<CompletableFuture<Contributions>> replies =
        IntStream.rangeClosed(4, 6).mapToObj(n -> dispatch(dispatcher, n)).toList();
    for (int i = 0; i < replies.size(); i++) {
      assertAnswer(replies.get(i), 4 + i);
    }
    assertTrue(System.nanoTime() - begin >= window.toNanos());
    assertEquals(1, seat.received().size());
  }

  @Test
  void lazyRowsThatFillABatchLeaveAtOnce() throws Exception {
    window = Duration.ofHours(1);
    prefixes = new PrefixSettings(Duration.ofHours(1), Duration.ZERO, 1, 1, 64);
    ScriptedSeat seat = seat(0, 4).limits(2, 100);
    Dispatcher dispatcher = connected(seat);
    CompletableFuture<Contributions> first = dispatch(dispatcher, 3);
    CompletableFuture<Contributions> second = dispatch(dispatcher, 4);
    assertAnswer(first, 3);
    assertAnswer(second, 4);
    assertEquals(1, seat.received().size());
  }

  @Test
  void engineThatFailsIsPassedOver() throws Exception {
    ScriptedSeat broken = seat(0, 4);
    broken.script(
        (batch, out) -> out.onNext(ScriptedSeat.refusal(batch, Refusal.Reason.ENGINE_FAILED)));
    assertAnswer(dispatch(connected(broken, seat(1, 4)), 4, 2), 4, 2);
  }

  @Test
  void studentThatIsGoneDegradesTheAnswerDownToTheFloor() throws Exception {
    prefixes = new PrefixSettings(Duration.ofMinutes(1), Duration.ZERO, 100, 2, 64);
    ScriptedSeat[] seats = {seat(0, 2).students(0), seat(1, 2).students(1), seat(2, 2).students(2)};
    Dispatcher dispatcher = connected(seats);
    Await.until("all are served", () -> dispatcher.isReady(model));
    seats[2].close();
    Await.until("the loss is noticed", () -> connectedSeats() == 2);
    assertTrue(dispatcher.isReady(model));
    Contributions degraded = dispatch(dispatcher, 3).get(20, TimeUnit.SECONDS);
    assertTrue(degraded.degraded());
    assertFalse(degraded.pruned());
    assertBlocks(degraded, 2, 3);
    long deadline = NanoClock.SYSTEM.nanoTime() + Duration.ofSeconds(20).toNanos();
    RefusedException whole =
        refusal(
            dispatcher.dispatch(model, rows(3), STUDENTS, 4, deadline, TraceSpan.NONE, () -> {}));
    assertEquals(Status.Code.UNAVAILABLE, whole.code());
    seats[1].close();
    Await.until("the loss is noticed", () -> !dispatcher.isReady(model));
    assertEquals(Status.Code.UNAVAILABLE, refusal(dispatch(dispatcher, 3)).code());
  }

  @Test
  void lateStudentIsLeftOutAtTheDeadline() throws Exception {
    prefixes = new PrefixSettings(Duration.ofMinutes(1), Duration.ZERO, 100, 1, 64);
    ScriptedSeat seat = seat(0, 2);
    seat.script(
        (batch, out) -> {
          out.onNext(seat.block(batch, 1));
          out.onNext(seat.block(batch, 0));
        });
    Contributions degraded =
        dispatch(connected(seat), Duration.ofMillis(300), 4, 6).get(20, TimeUnit.SECONDS);
    assertTrue(degraded.degraded());
    assertBlocks(degraded, 2, 4, 6);
  }

  @Test
  void rowsOfSeveralRequestsShareABatch() throws Exception {
    List<ForwardRequest> held = new CopyOnWriteArrayList<>();
    ScriptedSeat seat = seat(0, 1).script((batch, out) -> held.add(batch));
    Dispatcher dispatcher = connected(seat);
    CompletableFuture<Contributions> first = dispatch(dispatcher, 1);
    Await.until("the seat is busy", () -> held.size() == 1);
    List<CompletableFuture<Contributions>> replies = new ArrayList<>();
    for (int n = 1; n <= 10; n++) {
      replies.add(dispatch(dispatcher, n, 2 * n));
    }
    seat.script(seat::answer);
    allQueued(dispatcher);
    seat.answer(held.getFirst(), new StreamTo(seat));
    assertAnswer(first, 1);
    for (int n = 1; n <= replies.size(); n++) {
      assertAnswer(replies.get(n - 1), n, 2 * n);
    }
    assertTrue(seat.received().size() < 8, "batches: " + seat.received().size());
  }

  @Test
  void urgentRowsLeaveFirst() throws Exception {
    List<ForwardRequest> held = new CopyOnWriteArrayList<>();
    ScriptedSeat seat = seat(0, 1).limits(1, 1000);
    seat.script((batch, out) -> held.add(batch));
    Dispatcher dispatcher = connected(seat);
    CompletableFuture<Contributions> first = dispatch(dispatcher, 1);
    Await.until("the seat is busy", () -> held.size() == 1);
    long deadline = NanoClock.SYSTEM.nanoTime() + Duration.ofSeconds(60).toNanos();
    List<Integer> levels = List.of(8, 4, 1, 5, 1);
    List<CompletableFuture<Contributions>> replies = new ArrayList<>();
    for (int i = 0; i < levels.size(); i++) {
      replies.add(
          dispatcher.dispatch(
              model, rows(10 + i), STUDENTS, levels.get(i), deadline, TraceSpan.NONE, () -> {}));
    }
    seat.script(seat::answer);
    allQueued(dispatcher);
    seat.answer(held.getFirst(), new StreamTo(seat));
    assertAnswer(first, 1);
    for (int i = 0; i < replies.size(); i++) {
      assertAnswer(replies.get(i), 10 + i);
    }
    List<Integer> order =
        seat.received().stream().map(batch -> batch.getInputIds().size() / Integer.BYTES).toList();
    assertEquals(List.of(1, 12, 14, 11, 13, 10), order);
  }

  @Test
  void burstPrunesAndCalmRestores() throws Exception {
    prefixes = new PrefixSettings(Duration.ofMillis(20), Duration.ofMillis(100), 100, 1, 64);
    List<ForwardRequest> held = new CopyOnWriteArrayList<>();
    ScriptedSeat seat = seat(0, 1).microsPerToken(200);
    seat.script((batch, out) -> held.add(batch));
    Dispatcher dispatcher = connected(seat);
    CompletableFuture<Contributions> calm = dispatch(dispatcher, 1);
    Await.until("the seat is busy", () -> held.size() == 1);
    assertEquals(STUDENTS, held.getFirst().getEndStudent());
    List<CompletableFuture<Contributions>> burst =
        IntStream.range(0, 40).mapToObj(n -> dispatch(dispatcher, 10)).toList();
    long whole = NanoClock.SYSTEM.nanoTime() + Duration.ofSeconds(20).toNanos();
    CompletableFuture<Contributions> unpruned =
        dispatcher.dispatch(model, rows(90), STUDENTS, 4, whole, TraceSpan.NONE, () -> {});
    seat.script(seat::answer);
    allQueued(dispatcher);
    seat.answer(held.getFirst(), new StreamTo(seat));
    assertAnswer(calm, 1);
    Contributions pruned = burst.getFirst().get(20, TimeUnit.SECONDS);
    assertTrue(pruned.pruned());
    assertFalse(pruned.degraded());
    assertBlocks(pruned, 1, 10);
    assertAnswer(unpruned, 90);
    for (CompletableFuture<Contributions> reply : burst) {
      reply.get(20, TimeUnit.SECONDS);
    }
    Await.until("all students are back", () -> prefix() == STUDENTS);
    assertAnswer(dispatch(dispatcher, 2), 2);
  }

  @Test
  void garbageEndsTheStreamAndIsCounted() throws Exception {
    List<ScriptedSeat.Script> garbage = new ArrayList<>();
    ScriptedSeat seat = seat(0, 2);
    ByteString nan = ByteString.copyFrom(new byte[] {0, 0, (byte) 0xc0, 0x7f});
    garbage.add(
        (batch, out) ->
            out.onNext(
                seat.block(batch, 0).toBuilder()
                    .setBlock(
                        seat.block(batch, 0).getBlock().toBuilder()
                            .setContribution(
                                seat.block(batch, 0)
                                    .getBlock()
                                    .getContribution()
                                    .substring(Float.BYTES)
                                    .concat(nan)))
                    .build()));
    garbage.add(
        (batch, out) -> {
          out.onNext(seat.block(batch, 1));
          out.onNext(seat.block(batch, 1));
        });
    garbage.add(
        (batch, out) ->
            out.onNext(
                seat.block(batch, 0).toBuilder().setBatchId(batch.getBatchId() + 1).build()));
    garbage.add(
        (batch, out) ->
            out.onNext(
                seat.block(
                    batch.toBuilder()
                        .setRowLengths(batch.getRowLengths().concat(batch.getRowLengths()))
                        .build(),
                    0)));
    Dispatcher dispatcher = connected(seat);
    for (int i = 0; i < garbage.size(); i++) {
      int wanted = i + 1;
      seat.script(garbage.get(i));
      assertEquals(Status.Code.UNAVAILABLE, refusal(dispatch(dispatcher, 1)).code());
      Await.until("the failure is counted", () -> failures("garbage") == wanted);
      Await.until("the seat is back", () -> dispatcher.isReady(model));
    }
    seat.script(seat::answer);
    assertAnswer(dispatch(dispatcher, 2), 2);
  }

  @Test
  void drainingSeatHandsItsBatchOn() throws Exception {
    ScriptedSeat draining =
        seat(0, 2)
            .script(
                (batch, out) -> out.onNext(ScriptedSeat.refusal(batch, Refusal.Reason.DRAINING)));
    ScriptedSeat other = seat(0, 2);
    Dispatcher dispatcher = connected(draining, other);
    for (int i = 1; i <= 4; i++) {
      assertAnswer(dispatch(dispatcher, i), i);
    }
    assertEquals(1, draining.received().size());
  }

  @Test
  void refusalsKeepTheirMeaning() throws Exception {
    ScriptedSeat seat = seat(0, 2);
    Dispatcher dispatcher = connected(seat);
    seat.script((batch, out) -> out.onNext(ScriptedSeat.refusal(batch, Refusal.Reason.DEADLINE)));
    assertEquals(Status.Code.DEADLINE_EXCEEDED, refusal(dispatch(dispatcher, 1)).code());
    seat.script(
        (batch, out) -> out.onNext(ScriptedSeat.refusal(batch, Refusal.Reason.ENGINE_FAILED)));
    RefusedException failed = refusal(dispatch(dispatcher, 1));
    assertEquals(Status.Code.INTERNAL, failed.code());
    assertTrue(failed.getMessage().contains("as the test says"), failed.getMessage());
    seat.script(seat::answer);
    assertAnswer(dispatch(dispatcher, 2), 2);
  }

  @Test
  void silentSeatIsLateAndTheCreditIsNotGivenTwice() throws Exception {
    List<ForwardRequest> held = new ArrayList<>();
    ScriptedSeat seat = seat(0, 1);
    seat.script((batch, out) -> held.add(batch));
    Dispatcher dispatcher = connected(seat);
    CompletableFuture<Contributions> first = dispatch(dispatcher, Duration.ofMillis(200), 1);
    assertEquals(Status.Code.DEADLINE_EXCEEDED, refusal(first).code());
    assertTrue(seat.received().getFirst().getRemainingMicros() <= 200_000);
    assertTrue(seat.received().getFirst().getRemainingMicros() > 0);
    CompletableFuture<Contributions> second = dispatch(dispatcher, 2);
    assertThrows(
        java.util.concurrent.TimeoutException.class, () -> second.get(50, TimeUnit.MILLISECONDS));
    assertEquals(1, seat.received().size());
    seat.script(seat::answer);
    IntStream.range(0, STUDENTS)
        .mapToObj(student -> seat.block(held.getFirst(), student))
        .map(
            block ->
                block.getBlock().getStudent() == 2
                    ? block.toBuilder().setCredits(1).build()
                    : block)
        .forEach(seat::send);
    assertAnswer(second, 2);
  }

  @Test
  void passedDeadlineIsNotSent() throws Exception {
    ScriptedSeat seat = seat(0, 1);
    Dispatcher dispatcher = connected(seat);
    assertEquals(
        Status.Code.DEADLINE_EXCEEDED,
        refusal(dispatch(dispatcher, Duration.ofNanos(-1), 1)).code());
    assertEquals(List.of(), seat.received());
  }

  @Test
  void cancelledRowsLeaveTheQueueUnrun() throws Exception {
    List<ForwardRequest> held = new CopyOnWriteArrayList<>();
    ScriptedSeat seat = seat(0, 1);
    seat.script((batch, out) -> held.add(batch));
    Dispatcher dispatcher = connected(seat);
    CompletableFuture<Contributions> first = dispatch(dispatcher, 1);
    Await.until("the seat is busy", () -> held.size() == 1);
    CompletableFuture<Contributions> second = dispatch(dispatcher, 2);
    CompletableFuture<Contributions> third = dispatch(dispatcher, 3);
    second.cancel(false);
    seat.script(seat::answer);
    allQueued(dispatcher);
    seat.answer(held.getFirst(), new StreamTo(seat));
    assertAnswer(first, 1);
    assertAnswer(third, 3);
    assertEquals(2, seat.received().size());
  }

  @Test
  void creditsAreNeverOverdrawn() throws Exception {
    AtomicInteger open = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    ScriptedSeat seat = seat(0, 2);
    seat.script(
        (batch, out) -> {
          most.accumulateAndGet(open.incrementAndGet(), Math::max);
          CompletableFuture.delayedExecutor(1, TimeUnit.MILLISECONDS)
              .execute(
                  () -> {
                    synchronized (seat) {
                      open.decrementAndGet();
                      seat.answer(batch, out);
                    }
                  });
        });
    Dispatcher dispatcher = connected(seat);
    List<CompletableFuture<Contributions>> replies =
        IntStream.rangeClosed(1, 60).mapToObj(n -> dispatch(dispatcher, n)).toList();
    for (int n = 1; n <= replies.size(); n++) {
      assertAnswer(replies.get(n - 1), n);
    }
    assertTrue(most.get() <= 2, "open at once: " + most);
    assertNotEquals(0, most.get());
  }

  /** Sends through the seat's open stream. */
  private record StreamTo(ScriptedSeat seat)
      implements io.grpc.stub.StreamObserver<dev.cohort.protocol.student.v1.ForwardResponse> {
    @Override
    public void onNext(dev.cohort.protocol.student.v1.ForwardResponse message) {
      seat.send(message);
    }

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onCompleted() {}
  }
}
