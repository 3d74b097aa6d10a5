package dev.cohort.aggregator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.aggregator.config.Settings;
import dev.cohort.aggregator.dispatch.SeatAddress;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.protocol.burst.v1.ModelSignals;
import dev.cohort.protocol.burst.v1.SeatSignals;
import dev.cohort.protocol.burst.v1.WatchResponse;
import dev.cohort.protocol.inference.ModelInferRequest;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Burst signals of a real aggregator over real gRPC; with real seats where seats matter. */
class BurstSignalsIT {
  private static final int STUDENTS = 3;
  private static final int MAX_WATCHERS = 16;
  private static final int CALLERS = 64;
  private static final ModelInferRequest REQUEST =
      Requests.typed("tiny-package", Requests.longs("input_ids", List.of(1L, 4L), 2, 5, 6, 3));

  private static ServedPackages served(RealSeat... seats) throws Exception {
    return ServedPackages.start(List.of(TinyPackage.PATH), List.of(seats), TestSettings.HASTY);
  }

  private static ModelSignals model(WatchResponse state) {
    assertEquals(1, state.getModelsCount());
    return state.getModels(0);
  }

  private static SeatSignals.State state(WatchResponse state, int seat) {
    return state.getSeats(seat).getState();
  }

  @Test
  void tellsABurstFromItsStartToItsEnd() throws Exception {
    RealSeat[] seats = {RealSeat.start(TinyPackage.PATH, 0), RealSeat.start(TinyPackage.PATH, 1)};
    try (ServedPackages served = served(seats);
        SignalWatch watch = served.watch()) {
      WatchResponse calm = watch.await("the first message", any -> true);
      assertCalm(calm, seats);
      int calls;
      WatchResponse pruned;
      try (ClosedLoad burst = new ClosedLoad(CALLERS, call -> served.grpc().modelInfer(REQUEST))) {
        pruned = watch.await("the prefix falls", s -> model(s).getPrefix() < STUDENTS);
        assertTrue(model(pruned).getBurst());
        assertTrue(model(pruned).getOffered().getRequestsPerSecond() > 0);
        assertTrue(model(pruned).getOffered().getStudentMicrosPerSecond() > 0);
        watch.await("requests wait", s -> model(s).getQueue().getRequests() > 0);
        watch.await("seats work", s -> s.getSeats(0).getBusyShare() > 0);
        calls = burst.stop();
      }
      WatchResponse after =
          watch.await(
              "all students are back",
              s ->
                  s.getSequence() > pruned.getSequence()
                      && model(s).getTotal().getRowsAnswered() == calls
                      && model(s).getPrefix() == STUDENTS
                      && !model(s).getBurst());
      assertEquals(calls, model(after).getTotal().getRequestsAdmitted());
      assertEquals(0, model(after).getTotal().getRequestsRefused());
      assertTrue(model(after).getTotal().getRowsPruned() > 0);
      assertAscending(watch.received());
    }
  }

  private static void assertCalm(WatchResponse calm, RealSeat... seats) {
    assertFalse(calm.getAggregatorId().isEmpty());
    assertTrue(calm.getTime().getSeconds() > 0);
    ModelSignals model = model(calm);
    assertEquals("tiny-package", model.getName());
    assertTrue(model.getPackageDigest().startsWith("sha256:"));
    assertTrue(model.getReady());
    assertEquals(STUDENTS, model.getStudentsTotal());
    assertEquals(STUDENTS, model.getPrefix());
    assertEquals(1, model.getPrefixMin());
    assertEquals(STUDENTS, model.getPrefixMax());
    assertEquals(1, model.getPrefixFloor());
    assertFalse(model.getBurst());
    assertEquals(200, model.getLatencyTargetMicros());
    assertEquals(0, model.getDrainMicros());
    assertEquals(0, model.getDrainFullMicros());
    assertEquals(0, model.getQueue().getOldestMicros());
    assertEquals(seats.length, calm.getSeatsCount());
    for (int i = 0; i < seats.length; i++) {
      SeatSignals seat = calm.getSeats(i);
      assertEquals(seats[i].address().toString(), seat.getAddress());
      assertEquals(SeatSignals.State.SERVING, seat.getState());
      assertEquals(i, seat.getHomeStudent());
      assertEquals(model.getName(), seat.getModel());
      assertTrue(seat.getLanes() > 0);
      assertTrue(seat.getCredits() > 0);
      assertTrue(seat.getTypicalBatchMicros() > 0);
      assertFalse(seat.getSlow());
    }
  }

  private static void assertAscending(List<WatchResponse> received) {
    for (int i = 1; i < received.size(); i++) {
      WatchResponse before = received.get(i - 1);
      WatchResponse now = received.get(i);
      assertTrue(now.getSequence() > before.getSequence());
      assertTrue(now.getUptimeMicros() >= before.getUptimeMicros());
      assertEquals(before.getAggregatorId(), now.getAggregatorId());
    }
  }

  @Test
  void tellsThatASeatIsGone() throws Exception {
    RealSeat doomed = RealSeat.start(TinyPackage.PATH, 0);
    try (ServedPackages served = served(doomed, RealSeat.start(TinyPackage.PATH, 1));
        SignalWatch watch = served.watch()) {
      watch.await("both serve", s -> state(s, 0) == SeatSignals.State.SERVING);
      doomed.kill();
      WatchResponse without = watch.await("it is down", s -> state(s, 0) == SeatSignals.State.DOWN);
      assertEquals(SeatSignals.State.SERVING, state(without, 1));
      assertEquals(0, without.getSeats(0).getStudentsCount());
      assertEquals(0, without.getSeats(0).getCredits());
    }
  }

  /** An aggregator whose seats cannot be reached, and channels to it. */
  private static final class Lonely implements AutoCloseable {
    private final Aggregator aggregator;
    private final ManagedChannel channel;

    Lonely(List<SeatAddress> seats) throws IOException {
      Settings settings =
          TestSettings.of(List.of(TinyPackage.PATH), seats, 1 << 20, TestSettings.HASTY);
      this.aggregator =
          Aggregator.start(
              settings, "1", new ServingMetrics(new SimpleMeterRegistry()), NanoClock.SYSTEM);
      this.channel =
          NettyChannelBuilder.forAddress("127.0.0.1", aggregator.grpcPort())
              .flowControlWindow(65_535)
              .usePlaintext()
              .build();
    }

    @Override
    public void close() {
      channel.shutdownNow();
      aggregator.close();
    }
  }

  @Test
  void predictsNothingWithoutSeatsAndComesEverySecond() throws Exception {
    try (Lonely lonely = new Lonely(List.of());
        SignalWatch watch = SignalWatch.of(lonely.channel)) {
      ModelSignals model = model(watch.await("the first message", any -> true));
      assertFalse(model.getReady());
      assertFalse(model.hasDrainMicros());
      assertFalse(model.hasDrainFullMicros());
      assertFalse(model.getOffered().hasStudentMicrosPerSecond());
      Await.until("more messages", () -> watch.received().size() >= 4);
      assertAscending(watch.received());
    }
  }

  @Test
  void oneWatcherTooManyIsRefusedUntilAnotherLeaves() throws Exception {
    try (Lonely lonely = new Lonely(List.of())) {
      List<SignalWatch> watches =
          IntStream.range(0, MAX_WATCHERS).mapToObj(i -> SignalWatch.of(lonely.channel)).toList();
      watches.forEach(watch -> watch.await("the first message", any -> true));
      Status refused = SignalWatch.of(lonely.channel).end();
      assertEquals(Status.Code.RESOURCE_EXHAUSTED, refused.getCode());
      assertTrue(refused.getDescription().contains("16 watchers"), refused.getDescription());
      watches.getFirst().close();
      Await.until("there is room", () -> isAdmitted(lonely));
    }
  }

  private static boolean isAdmitted(Lonely lonely) {
    SignalWatch watch = SignalWatch.of(lonely.channel);
    Await.until("an answer", () -> !watch.received().isEmpty() || watch.hasEnded());
    return !watch.received().isEmpty();
  }

  @Test
  void watcherThatDoesNotReadMissesStatesAndHoldsNobodyUp() throws Exception {
    // Long names make long messages, so that few of them fill what the transport holds.
    List<SeatAddress> seats =
        IntStream.range(0, 100)
            .mapToObj(
                i -> new SeatAddress("x".repeat(60) + "." + "y".repeat(60) + ".invalid", i + 1))
            .toList();
    try (Lonely lonely = new Lonely(seats);
        SignalWatch unread = SignalWatch.unread(lonely.channel)) {
      SignalWatch reading = SignalWatch.of(lonely.channel);
      Await.until("many messages", () -> reading.received().size() >= 14);
      assertEquals(0, unread.received().size());
      long latest = reading.received().getLast().getSequence();
      unread.read(1000);
      unread.await("it has caught up", s -> s.getSequence() >= latest);
      assertAscending(unread.received());
      assertTrue(
          unread.received().stream().filter(s -> s.getSequence() <= latest).count() < latest - 2);
    }
  }

  @Test
  void endsWhenTheAggregatorStops() throws Exception {
    try (Lonely lonely = new Lonely(List.of());
        SignalWatch watch = SignalWatch.of(lonely.channel)) {
      watch.await("the first message", any -> true);
      lonely.aggregator.drain();
      assertEquals(Status.Code.UNAVAILABLE, watch.end().getCode());
    }
  }

  @Test
  void eachStartHasAnIdOfItsOwn() throws Exception {
    assertNotEquals(id(), id());
  }

  private static String id() throws IOException {
    try (Lonely lonely = new Lonely(List.of());
        SignalWatch watch = SignalWatch.of(lonely.channel)) {
      return watch.await("the first message", any -> true).getAggregatorId();
    }
  }
}
