package dev.cohort.e2e.cluster;

import dev.cohort.cli.replay.ReplyReader;
import dev.cohort.e2e.Await;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import dev.cohort.protocol.inference.ModelInferResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * More than an ensemble can do: a fixed number of requests of one text is in flight, however fast
 * it answers, over one connection. Thread-safe.
 */
public final class Flood implements AutoCloseable {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  /** One answer or failure. */
  private record Outcome(long endedNanos, Status.Code status, int students) {}

  private final ManagedChannel channel;
  private final GRPCInferenceServiceStub stub;
  private final long startedNanos;
  // Guarded by this.
  private final List<Outcome> outcomes = new ArrayList<>();
  private int left;
  private int inFlight;
  private int next;

  private Flood(InetSocketAddress server, int requests) {
    this.channel = NettyChannelBuilder.forAddress(server).usePlaintext().build();
    this.stub = GRPCInferenceServiceGrpc.newStub(channel);
    this.left = requests;
    // A connection takes longer than what is measured from here on.
    Await.until("a connection", () -> channel.getState(true).name().equals("READY"));
    this.startedNanos = System.nanoTime();
  }

  /** So many requests at once. */
  public static Flood once(InetSocketAddress server, int requests) {
    return new Flood(server, requests).begin(requests);
  }

  /** So many requests at any time until {@link #stop}. */
  public static Flood start(InetSocketAddress server, int inFlight) {
    return new Flood(server, Integer.MAX_VALUE).begin(inFlight);
  }

  /** When the first request was sent, of {@link System#nanoTime}. */
  public long startedNanos() {
    return startedNanos;
  }

  /** Asks no more; waits for what was asked and gives the time when it ended. */
  public synchronized long stop() {
    left = 0;
    return awaitEnd();
  }

  /** Waits for all and gives the time when the last one ended. */
  public synchronized long awaitEnd() {
    try {
      while (inFlight > 0) {
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
    return outcomes.getLast().endedNanos();
  }

  /** When the first answer of fewer students than this came, since the start. */
  public synchronized Duration untilFewerThan(int students) {
    return answers()
        .filter(outcome -> outcome.students() < students)
        .findFirst()
        .map(outcome -> Duration.ofNanos(outcome.endedNanos() - startedNanos))
        .orElseThrow(() -> new AssertionError("no answer of fewer than " + students));
  }

  /** How many answers came of each number of students. */
  public synchronized Map<Integer, Long> students() {
    return answers()
        .collect(Collectors.groupingBy(Outcome::students, TreeMap::new, Collectors.counting()));
  }

  /** What has failed: codes with their numbers. */
  public synchronized Map<Status.Code, Long> failures() {
    return outcomes.stream()
        .filter(outcome -> outcome.status() != Status.Code.OK)
        .collect(Collectors.groupingBy(Outcome::status, TreeMap::new, Collectors.counting()));
  }

  @Override
  public void close() {
    stop();
    channel.shutdownNow();
  }

  private Stream<Outcome> answers() {
    return outcomes.stream().filter(outcome -> outcome.status() == Status.Code.OK);
  }

  private synchronized Flood begin(int requests) {
    for (int request = 0; request < requests; request++) {
      ask();
    }
    return this;
  }

  private synchronized void ask() {
    if (left == 0) {
      return;
    }
    left--;
    inFlight++;
    next = (next + 1) % Prober.TEXTS.size();
    stub.withDeadlineAfter(DEADLINE).modelInfer(Prober.request(next), new Ending());
  }

  private synchronized void ended(Outcome outcome) {
    outcomes.add(outcome);
    inFlight--;
    ask();
    notifyAll();
  }

  /** Notes how one request ends. */
  private final class Ending implements StreamObserver<ModelInferResponse> {
    private ModelInferResponse response = ModelInferResponse.getDefaultInstance();

    @Override
    public void onNext(ModelInferResponse value) {
      response = value;
    }

    @Override
    public void onError(Throwable error) {
      ended(new Outcome(System.nanoTime(), Status.fromThrowable(error).getCode(), 0));
    }

    @Override
    public void onCompleted() {
      int students = ReplyReader.read(response).orElseThrow().studentsUsed().orElseThrow();
      ended(new Outcome(System.nanoTime(), Status.Code.OK, students));
    }
  }
}
