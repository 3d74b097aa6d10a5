package dev.cohort.e2e.cluster;

import com.google.protobuf.ByteString;
import dev.cohort.cli.replay.Reply;
import dev.cohort.cli.replay.ReplyReader;
import dev.cohort.e2e.Await;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceStub;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferInputTensor;
import dev.cohort.protocol.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.cohort.protocol.inference.ModelInferResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Asks the demo's model at a fixed rate, one text a request, whether answers come or not, from
 * {@link #start} to {@link #stop}; over several connections, since each stays with one aggregator.
 * Keeps all answers. Thread-safe.
 */
public final class Prober implements AutoCloseable {
  /** Texts of the demo's test data, in the order in which they are asked, again and again. */
  public static final List<String> TEXTS = texts(200);

  /** Name of the demo's model. */
  public static final String MODEL = "clinc150";

  private static final Duration END = Duration.ofSeconds(30);

  /**
   * What became of one request.
   *
   * @param sentNanos of {@link System#nanoTime}
   * @param endedNanos as well
   * @param text index into {@link #TEXTS}
   * @param status code of gRPC
   * @param problem its text; empty if there is none
   * @param response the default one without an answer
   */
  public record Outcome(
      long sentNanos,
      long endedNanos,
      int text,
      Status.Code status,
      String problem,
      ModelInferResponse response) {
    /** Whether there is an answer. */
    public boolean isAnswer() {
      return status == Status.Code.OK;
    }

    /**
     * What the answer says of itself.
     *
     * @throws java.util.NoSuchElementException if there is none
     */
    public Reply reply() {
      return ReplyReader.read(response).orElseThrow();
    }

    /** How many students took part. */
    public int studentsUsed() {
      return reply().studentsUsed().orElseThrow();
    }

    /** The numbers of the model's output. */
    public List<Float> logits() {
      return response.getOutputs(0).getContents().getFp32ContentsList();
    }
  }

  private final List<ManagedChannel> channels;
  private final List<GRPCInferenceServiceStub> stubs;
  private final Duration deadline;
  private final IntPredicate asks;
  private final List<Outcome> outcomes = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();
  private final Phaser inFlight = new Phaser(1);
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("prober").daemon().factory());

  private Prober(Stream<ManagedChannel> channels, Duration deadline, IntPredicate asks) {
    this.channels = channels.toList();
    this.stubs = this.channels.stream().map(GRPCInferenceServiceGrpc::newStub).toList();
    this.deadline = deadline;
    this.asks = asks;
  }

  /**
   * Begins to ask, without TLS, over two connections.
   *
   * @param perSecond requests, at most 1,000
   * @param deadline of each request
   */
  public static Prober start(InetSocketAddress server, int perSecond, Duration deadline) {
    return start(plain(server), perSecond, deadline);
  }

  /**
   * Begins to ask without TLS, on average half as often as the clock says: each second with a
   * probability of its own, which is normally distributed with a deviation of a quarter of the
   * mean.
   *
   * @param seed of the distribution
   */
  public static Prober noisy(InetSocketAddress server, int perSecond, Duration deadline, int seed) {
    IntPredicate asks =
        number -> {
          Random second = new Random(seed + number / perSecond);
          // The first number of neighbouring seeds is nearly the same.
          second.nextDouble();
          double share = Math.clamp((1 + second.nextGaussian() / 4) / 2, 0, 1);
          return (long) (number * share) != (long) ((number + 1) * share);
        };
    return start(plain(server), perSecond, deadline, asks);
  }

  private static Supplier<ManagedChannel> plain(InetSocketAddress server) {
    return () -> NettyChannelBuilder.forAddress(server).usePlaintext().disableRetry().build();
  }

  /** Begins to ask over two of these connections. */
  public static Prober start(
      Supplier<ManagedChannel> connection, int perSecond, Duration deadline) {
    return start(connection, perSecond, deadline, number -> true);
  }

  private static Prober start(
      Supplier<ManagedChannel> connection, int perSecond, Duration deadline, IntPredicate asks) {
    Prober prober = new Prober(Stream.generate(connection).limit(2), deadline, asks);
    prober.clock.scheduleAtFixedRate(
        prober::ask, 0, TimeUnit.SECONDS.toNanos(1) / perSecond, TimeUnit.NANOSECONDS);
    return prober;
  }

  /** A request for one of {@link #TEXTS}. */
  public static ModelInferRequest request(int text) {
    return ModelInferRequest.newBuilder()
        .setModelName(MODEL)
        .addInputs(
            InferInputTensor.newBuilder()
                .setName("text")
                .setDatatype("BYTES")
                .addShape(1)
                .addShape(1)
                .setContents(
                    InferTensorContents.newBuilder()
                        .addBytesContents(ByteString.copyFromUtf8(TEXTS.get(text)))))
        .addOutputs(InferRequestedOutputTensor.newBuilder().setName("logits"))
        .addOutputs(InferRequestedOutputTensor.newBuilder().setName("students_used"))
        .build();
  }

  /** What has ended so far, in the order of the ends. */
  public List<Outcome> outcomes() {
    synchronized (outcomes) {
      return List.copyOf(outcomes);
    }
  }

  /** What has failed so far: the codes and the texts, without figures in them, and how often. */
  public Map<String, Long> failures() {
    return outcomes().stream()
        .filter(outcome -> !outcome.isAnswer())
        .collect(
            Collectors.groupingBy(
                outcome -> outcome.status() + " " + outcome.problem().replaceAll("[0-9.:/]+", "#"),
                TreeMap::new,
                Collectors.counting()));
  }

  /** How many answers there are. */
  public long answers() {
    return outcomes().stream().filter(Outcome::isAnswer).count();
  }

  /** Waits until this many more answers have come. */
  public void awaitAnswers(int more) {
    long wanted = answers() + more;
    Await.until(more + " more answers", () -> answers() >= wanted);
  }

  /** Asks no more and waits for what was asked. */
  public void stop() {
    clock.shutdownNow();
    try {
      clock.awaitTermination(END.toSeconds(), TimeUnit.SECONDS);
      inFlight.awaitAdvanceInterruptibly(
          inFlight.arriveAndDeregister(), END.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    } catch (TimeoutException e) {
      throw new AssertionError(inFlight.getUnarrivedParties() + " requests never ended", e);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    channels.forEach(ManagedChannel::shutdownNow);
  }

  private void ask() {
    int number = next.getAndIncrement();
    if (!asks.test(number)) {
      return;
    }
    int text = number % TEXTS.size();
    inFlight.register();
    stubs
        .get(number % stubs.size())
        .withDeadlineAfter(deadline)
        .modelInfer(request(text), new Ending(System.nanoTime(), text));
  }

  private static List<String> texts(int count) {
    Path file = Path.of("..", "demo", "data", "clinc150", "test.tsv");
    try (Stream<String> lines = Files.lines(file)) {
      return lines.skip(1).limit(count).map(line -> line.split("\t", 2)[0]).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Notes how one request ends. */
  private final class Ending implements StreamObserver<ModelInferResponse> {
    private final long sentNanos;
    private final int text;
    private ModelInferResponse response = ModelInferResponse.getDefaultInstance();

    private Ending(long sentNanos, int text) {
      this.sentNanos = sentNanos;
      this.text = text;
    }

    @Override
    public void onNext(ModelInferResponse value) {
      response = value;
    }

    @Override
    public void onError(Throwable error) {
      end(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
      end(Status.OK);
    }

    private void end(Status status) {
      String problem = status.getDescription() == null ? "" : status.getDescription();
      Outcome outcome =
          new Outcome(sentNanos, System.nanoTime(), text, status.getCode(), problem, response);
      synchronized (outcomes) {
        outcomes.add(outcome);
      }
      inFlight.arriveAndDeregister();
    }
  }
}
