package dev.cohort.cli.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.protocol.inference.ModelInferResponse;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a replay shows of a server that stalls, over real connections. */
final class StalledServerIT {
  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static final double RATE = 200;
  private static final int STALLED = 100;

  /** Answers nothing before it holds this many requests, then all, and each at once after that. */
  private static final class StallingAnswers {
    // Guarded by this.
    private final List<StreamObserver<ModelInferResponse>> held = new ArrayList<>();
    private boolean over;

    synchronized void infer(StreamObserver<ModelInferResponse> observer) {
      held.add(observer);
      over |= held.size() >= STALLED;
      if (over) {
        held.forEach(waiting -> StandInServer.answer(waiting, "right"));
        held.clear();
      }
    }
  }

  private static Load load(Duration deadline, int maxInFlight) {
    Trace trace = Shape.STEADY.trace(RATE, 1, Duration.ofSeconds(1));
    TextRow row = new TextRow("text", Optional.empty(), Optional.of("right"));
    return new Load(
        Schedule.of(trace, Schedule.Cut.NONE, 7),
        List.of(row),
        deadline,
        Duration.ofMillis(100),
        maxInFlight,
        0);
  }

  private static Measured replay(StandInServer server, Load load) throws InterruptedException {
    try (GrpcCaller caller =
        GrpcCaller.connect(server.target(), StandInServer.MODEL, load.rows(), 2)) {
      Replay.Watcher nobody = new Replay.Watcher(Duration.ofMinutes(1), look -> {});
      return Replay.run(load, caller, () -> false, nobody);
    }
  }

  @Test
  void theStallIsInTheLatencyOfEachRequestThatWasDueDuringIt()
      throws IOException, InterruptedException {
    StallingAnswers answers = new StallingAnswers();
    Load load = load(DEADLINE, 1000);
    try (StandInServer server = StandInServer.start((request, out) -> answers.infer(out))) {
      Measured measured = replay(server, load);
      Figures total = measured.total();
      assertEquals(200, total.offered());
      assertEquals(200, total.sent(), "the sender waited for answers");
      assertEquals(200, total.answered());
      assertEquals(1, total.accuracy());
      // The first answer comes no earlier than the last stalled request is due.
      double stall = (load.schedule().sendNanos(STALLED - 1) - load.schedule().sendNanos(0)) / 1e9;
      assertTrue(total.latency().max() >= stall * 0.999, total.latency().toString());
      // Waiting for each answer, a sender would see the stall once. Here a quarter of all
      // requests, those of the stall's first half, waited for at least its second half.
      double half =
          (load.schedule().sendNanos(STALLED - 1) - load.schedule().sendNanos(STALLED / 2)) / 1e9;
      assertTrue(total.latency().p90() >= half * 0.999, total.latency().toString());
    }
  }

  @Test
  void whatIsNeverAnsweredEndsAtItsDeadline() throws IOException, InterruptedException {
    try (StandInServer server = StandInServer.start((request, out) -> {})) {
      Figures total = replay(server, load(Duration.ofMillis(300), 1000)).total();
      assertEquals(200, total.offered());
      assertEquals(0, total.answered());
      assertEquals(200, total.allRefused() + total.allNotSent());
      assertTrue(total.refused().get("DEADLINE_EXCEEDED") > 0, total.toString());
    }
  }

  @Test
  void moreThanMayBeInFlightIsCountedNotDelayed() throws IOException, InterruptedException {
    StallingAnswers answers = new StallingAnswers();
    try (StandInServer server = StandInServer.start((request, out) -> answers.infer(out))) {
      Figures total = replay(server, load(Duration.ofSeconds(1), 10)).total();
      assertEquals(200, total.offered());
      assertTrue(total.notSent().get(Sender.IN_FLIGHT_LIMIT) >= 150, total.toString());
    }
  }
}
