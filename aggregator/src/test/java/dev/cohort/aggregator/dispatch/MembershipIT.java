package dev.cohort.aggregator.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.aggregator.Await;
import dev.cohort.aggregator.NanoClock;
import dev.cohort.aggregator.TinyModel;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.aggregator.model.ModelCatalog;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.observability.TraceSpan;
import dev.cohort.packages.TokenRow;
import dev.cohort.protocol.student.v1.ForwardRequest;
import dev.cohort.protocol.student.v1.ForwardResponse;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Seats that come and go while requests run, over real gRPC. */
class MembershipIT {
  private static final int STUDENTS = 3;
  private static TinyModel tiny;
  private static ServedModel model;

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final Members members = new Members();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private Dispatcher dispatcher;

  /** A directory that a test changes. */
  private static final class Members implements SeatDirectory {
    private final AtomicInteger refreshes = new AtomicInteger();
    private volatile Consumer<Set<SeatMember>> listener;

    void set(ScriptedSeat... seats) {
      listener.accept(
          Arrays.stream(seats)
              .map(seat -> SeatMember.of(seat.address()))
              .collect(Collectors.toSet()));
    }

    @Override
    public void start(Consumer<Set<SeatMember>> toTell) {
      listener = toTell;
    }

    @Override
    public void refresh() {
      refreshes.incrementAndGet();
    }

    @Override
    public void close() {}
  }

  @BeforeAll
  static void openPackage() throws IOException {
    tiny = new TinyModel();
    model = tiny.model();
  }

  @AfterAll
  static void closePackage() {
    tiny.close();
  }

  @BeforeEach
  void open() {
    PrefixSettings unpruned =
        new PrefixSettings(Duration.ofMinutes(1), Duration.ofMillis(100), 1, 1, 64);
    ServingMetrics metrics = new ServingMetrics(registry);
    dispatcher =
        new Dispatcher(
            new ModelCatalog(List.of(model)),
            members,
            Optional.empty(),
            DispatchSettings.of(unpruned),
            metrics,
            NanoClock.SYSTEM);
    opened.add(dispatcher);
    dispatcher.start();
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  private ScriptedSeat seat() throws IOException {
    return seat("127.0.0.1", 0);
  }

  private ScriptedSeat seat(String host, int port) throws IOException {
    ScriptedSeat seat = new ScriptedSeat(model, 0, 4, host, port);
    opened.add(seat);
    return seat;
  }

  private double connectedSeats() {
    return registry.get("cohort.seats.connected").gauge().value();
  }

  private CompletableFuture<Contributions> dispatch(int length) {
    long deadline = NanoClock.SYSTEM.nanoTime() + Duration.ofSeconds(60).toNanos();
    List<TokenRow> rows = List.of(TokenRow.of(new int[length]));
    return dispatcher.dispatch(model, rows, STUDENTS, 4, deadline, TraceSpan.NONE, () -> {});
  }

  private static void assertAnswer(CompletableFuture<Contributions> reply, int length)
      throws Exception {
    Contributions contributions = reply.get(60, TimeUnit.SECONDS);
    assertFalse(contributions.degraded());
    for (int student = 0; student < STUDENTS; student++) {
      assertEquals(100 * student + length, contributions.blocks().get(student)[0]);
    }
  }

  @Test
  void seatsServeFromTheMomentTheyAreMembers() throws Exception {
    assertFalse(dispatcher.isReady(model));
    ScriptedSeat first = seat();
    members.set(first);
    Await.until("the model is ready", () -> dispatcher.isReady(model));
    assertAnswer(dispatch(3), 3);
    ScriptedSeat second = seat();
    members.set(first, second);
    Await.until(
        "the new seat gets work",
        () -> {
          dispatch(4).join();
          return !second.received().isEmpty();
        });
    members.set();
    Await.until("the model is not ready", () -> !dispatcher.isReady(model));
    Await.until("nobody is connected", () -> !first.isConnected() && !second.isConnected());
  }

  @Test
  void seatThatLeavesFinishesWhatItHasAndGetsNothingNew() throws Exception {
    Map<ForwardRequest, StreamObserver<ForwardResponse>> held = new ConcurrentHashMap<>();
    ScriptedSeat leaving = seat().script(held::put);
    members.set(leaving);
    Await.until("the model is ready", () -> dispatcher.isReady(model));
    CompletableFuture<Contributions> early = dispatch(7);
    Await.until("it has the batch", () -> held.size() == 1);
    ScriptedSeat staying = seat();
    members.set(leaving, staying);
    Await.until("the other is connected", () -> connectedSeats() == 2);
    members.set(staying);
    Await.until("it has been told", () -> connectedSeats() == 1);
    for (int length = 1; length <= 20; length++) {
      assertAnswer(dispatch(length), length);
    }
    assertEquals(1, held.size());
    assertTrue(leaving.isConnected());
    held.forEach(leaving::answer);
    assertAnswer(early, 7);
    Await.until("it is disconnected", () -> !leaving.isConnected());
  }

  @Test
  void seatThatIsBackBeforeItHasLeftGoesOn() throws Exception {
    Map<ForwardRequest, StreamObserver<ForwardResponse>> held = new ConcurrentHashMap<>();
    ScriptedSeat seat = seat().script(held::put);
    members.set(seat);
    Await.until("the model is ready", () -> dispatcher.isReady(model));
    CompletableFuture<Contributions> early = dispatch(7);
    Await.until("it has the batch", () -> held.size() == 1);
    members.set();
    Await.until("it gets nothing", () -> !dispatcher.isReady(model));
    members.set(seat);
    Await.until("it is ready again", () -> dispatcher.isReady(model));
    seat.script(seat::answer);
    assertAnswer(dispatch(8), 8);
    held.forEach(seat::answer);
    assertAnswer(early, 7);
    assertTrue(seat.isConnected());
  }

  /** As when pods are evicted one after the other: that the last goes may be heard first. */
  @Test
  void seatThatLeavesGoesOnUntilTheNextHasCome() throws Exception {
    ScriptedSeat leaving = seat();
    members.set(leaving);
    Await.until("the model is ready", () -> dispatcher.isReady(model));
    members.set();
    assertAnswer(dispatch(3), 3);
    ScriptedSeat next = seat();
    members.set(next);
    Await.until("the first has left", () -> !leaving.isConnected());
    int before = leaving.received().size();
    assertAnswer(dispatch(4), 4);
    assertEquals(before, leaving.received().size());
  }

  @Test
  void seatAtANewAddressTakesOver() throws Exception {
    ScriptedSeat old = seat();
    members.set(old);
    Await.until("the model is ready", () -> dispatcher.isReady(model));
    int port = old.address().port();
    ScriptedSeat moved = seat("127.0.0.2", port);
    int refreshes = members.refreshes.get();
    old.close();
    Await.until("the directory is asked at once", () -> members.refreshes.get() > refreshes);
    members.set(moved);
    Await.until("the model is ready", () -> dispatcher.isReady(model) && moved.isConnected());
    assertAnswer(dispatch(5), 5);
  }

  @Test
  void noRequestFailsWhileEachSeatIsReplaced() throws Exception {
    List<ScriptedSeat> seats = List.of(seat(), seat(), seat(), seat());
    members.set(seats.getFirst());
    Await.until("the model is ready", () -> dispatcher.isReady(model));
    AtomicBoolean ended = new AtomicBoolean();
    List<CompletableFuture<Integer>> clients =
        IntStream.range(0, 4)
            .mapToObj(client -> CompletableFuture.supplyAsync(() -> load(ended)))
            .toList();
    // Each seat is replaced by one that is not connected yet.
    for (int change = 1; change <= 100; change++) {
      ScriptedSeat next = seats.get(change % seats.size());
      int before = next.received().size();
      members.set(next);
      Await.until(
          "the new one has work",
          () -> {
            clients.stream().filter(CompletableFuture::isDone).forEach(CompletableFuture::join);
            return next.received().size() > before;
          });
    }
    ended.set(true);
    for (CompletableFuture<Integer> client : clients) {
      assertTrue(client.get(60, TimeUnit.SECONDS) > 0);
    }
  }

  private int load(AtomicBoolean ended) {
    int answered = 0;
    while (!ended.get()) {
      try {
        assertAnswer(dispatch(1 + answered % 50), 1 + answered % 50);
      } catch (Exception e) {
        throw new AssertionError(e);
      }
      answered++;
    }
    return answered;
  }
}
