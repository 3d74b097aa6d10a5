package dev.cohort.aggregator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.rpc.RetryInfo;
import dev.cohort.aggregator.dispatch.ScriptedSeat;
import dev.cohort.aggregator.grpc.ConnectionLimits;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferResponse;
import dev.cohort.protocol.inference.ServerLiveRequest;
import dev.cohort.protocol.student.v1.ForwardRequest;
import dev.cohort.protocol.student.v1.ForwardResponse;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Each bound of the front door is hit, and says so with the right code; the seat takes one batch.
 */
class FrontDoorBoundsIT {
  private static final int CONNECTIONS = 2;
  private static final int STREAMS = 2;
  private static final int QUEUE = 2;
  private static final ModelInferRequest REQUEST =
      Requests.typed("tiny-package", Requests.texts("text", List.of(1L), "a good film"));

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final Map<ForwardRequest, StreamObserver<ForwardResponse>> held =
      new ConcurrentHashMap<>();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private TinyModel tiny;
  private ScriptedSeat seat;
  private Aggregator aggregator;

  @BeforeEach
  void start() throws IOException {
    tiny = new TinyModel();
    seat = new ScriptedSeat(tiny.model(), 0, 1).script(held::put);
    aggregator =
        Aggregator.start(
            TestSettings.of(
                List.of(seat.address()), 0, QUEUE, new ConnectionLimits(CONNECTIONS, STREAMS)),
            "1",
            new ServingMetrics(registry),
            NanoClock.SYSTEM);
    Await.until("the model is ready", aggregator::isReady);
  }

  @AfterEach
  void stop() {
    channels.forEach(ManagedChannel::shutdownNow);
    aggregator.close();
    seat.close();
    tiny.close();
  }

  private ManagedChannel channel() {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", aggregator.grpcPort()).usePlaintext().build();
    channels.add(channel);
    return channel;
  }

  private static ListenableFuture<ModelInferResponse> infer(ManagedChannel over) {
    return GRPCInferenceServiceGrpc.newFutureStub(over)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .modelInfer(REQUEST);
  }

  private static StatusRuntimeException failure(ListenableFuture<ModelInferResponse> reply) {
    return (StatusRuntimeException)
        assertThrows(ExecutionException.class, () -> reply.get(60, TimeUnit.SECONDS)).getCause();
  }

  private static boolean isLive(ManagedChannel channel) {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(60, TimeUnit.SECONDS)
        .serverLive(ServerLiveRequest.getDefaultInstance())
        .getLive();
  }

  private double waiting() {
    return registry.get("cohort.queue.requests").gauge().value();
  }

  /** One request is with the seat, one more over each of the others waits for it. */
  private List<ListenableFuture<ModelInferResponse>> occupy(
      ManagedChannel first, ManagedChannel... waiting) {
    List<ListenableFuture<ModelInferResponse>> replies = new ArrayList<>();
    replies.add(infer(first));
    Await.until("the seat is busy", () -> held.size() == 1 && waiting() == 0);
    for (ManagedChannel next : waiting) {
      int wanted = replies.size();
      replies.add(infer(next));
      Await.until("it waits", () -> waiting() == wanted);
    }
    return replies;
  }

  private void answerAll(List<ListenableFuture<ModelInferResponse>> replies) throws Exception {
    seat.script(seat::answer);
    held.forEach(seat::answer);
    for (ListenableFuture<ModelInferResponse> reply : replies) {
      assertEquals("tiny-package", reply.get(60, TimeUnit.SECONDS).getModelName());
    }
  }

  @Test
  void connectionBeyondTheBoundIsClosedUntilAnotherEnds() {
    ManagedChannel first = channel();
    ManagedChannel second = channel();
    assertTrue(isLive(first) && isLive(second));
    for (int more = 0; more < 20; more++) {
      StatusRuntimeException refused =
          assertThrows(StatusRuntimeException.class, () -> isLive(channel()));
      assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode(), refused.getMessage());
    }
    assertTrue(isLive(first) && isLive(second));
    first.shutdownNow();
    ManagedChannel third = channel();
    Await.until("there is room", () -> serves(third));
    assertThrows(StatusRuntimeException.class, () -> isLive(channel()));
  }

  private static boolean serves(ManagedChannel channel) {
    try {
      return isLive(channel);
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  @Test
  void callBeyondTheBoundOfAConnectionWaitsAtTheClient() throws Exception {
    ManagedChannel channel = channel();
    List<ListenableFuture<ModelInferResponse>> replies = occupy(channel, channel);
    assertEquals(STREAMS, replies.size());
    // One more would be seen waiting, if it arrived; the queue has room for it.
    ListenableFuture<ModelInferResponse> another = infer(channel);
    assertTrue(isLive(channel()), "other connections are served");
    assertFalse(another.isDone());
    assertEquals(STREAMS - 1, waiting());
    replies.add(another);
    answerAll(replies);
  }

  @Test
  void fullQueueSaysWhenToRetryOverGrpc() throws Exception {
    ManagedChannel first = channel();
    ManagedChannel second = channel();
    List<ListenableFuture<ModelInferResponse>> replies = occupy(first, first, second);
    assertEquals(1 + QUEUE, replies.size());
    StatusRuntimeException refused = failure(infer(second));
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, refused.getStatus().getCode());
    RetryInfo retry = StatusProto.fromThrowable(refused).getDetails(0).unpack(RetryInfo.class);
    assertTrue(retry.getRetryDelay().getSeconds() > 0 || retry.getRetryDelay().getNanos() > 0);
    answerAll(replies);
  }

  @Test
  void rowsOfAClientThatHangsUpLeaveTheQueueUnrun() throws Exception {
    ManagedChannel staying = channel();
    ListenableFuture<ModelInferResponse> first = infer(staying);
    Await.until("the seat is busy", () -> held.size() == 1 && waiting() == 0);
    ManagedChannel leaving = channel();
    infer(leaving);
    Await.until("it waits", () -> waiting() == 1);
    leaving.shutdownNow();
    Await.until("it has left", () -> waiting() == 0);
    ListenableFuture<ModelInferResponse> last = infer(staying);
    Await.until("the last one waits", () -> waiting() == 1);
    answerAll(List.of(first, last));
    assertEquals(2, seat.received().size());
  }

  @Test
  void httpSaysTheSame() throws Exception {
    Vertx vertx = Vertx.vertx();
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(aggregator.http())
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(60, TimeUnit.SECONDS);
    try (HttpClient http = HttpClient.newHttpClient()) {
      ListenableFuture<ModelInferResponse> first = infer(channel());
      Await.until("the seat is busy", () -> held.size() == 1 && waiting() == 0);
      try (Socket gone = post(server.actualPort());
          Socket alsoGone = post(server.actualPort())) {
        Await.until("both wait", () -> waiting() == QUEUE);
        HttpResponse<String> refused =
            http.send(request(server.actualPort()), HttpResponse.BodyHandlers.ofString());
        assertEquals(429, refused.statusCode(), refused.body());
        assertTrue(Integer.parseInt(refused.headers().firstValue("Retry-After").orElseThrow()) > 0);
        assertTrue(gone.isConnected() && alsoGone.isConnected());
      }
      Await.until("both have left", () -> waiting() == 0);
      answerAll(List.of(first));
      assertEquals(1, seat.received().size());
    } finally {
      vertx.close();
    }
  }

  private static HttpRequest request(int port) {
    return HttpRequest.newBuilder(
            URI.create("http://127.0.0.1:" + port + "/v2/models/tiny-package/infer"))
        .POST(HttpRequest.BodyPublishers.ofString(Requests.json(REQUEST)))
        .build();
  }

  private static Socket post(int port) throws IOException {
    byte[] body = Requests.json(REQUEST).getBytes(StandardCharsets.UTF_8);
    Socket socket = new Socket("127.0.0.1", port);
    String head =
        "POST /v2/models/tiny-package/infer HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
            .formatted(body.length);
    socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().write(body);
    return socket;
  }

  @Test
  void headersAreBounded() {
    ManagedChannel channel = channel();
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("x-much", Metadata.ASCII_STRING_MARSHALLER), "x".repeat(17 * 1024));
    StatusRuntimeException refused =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                GRPCInferenceServiceGrpc.newBlockingStub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers))
                    .withDeadlineAfter(60, TimeUnit.SECONDS)
                    .serverLive(ServerLiveRequest.getDefaultInstance()));
    assertEquals(Status.Code.INTERNAL, refused.getStatus().getCode());
    assertTrue(isLive(channel), "the connection goes on");
  }

  @Test
  void longNamesAreQuotedInPart() {
    ModelInferRequest unknown = REQUEST.toBuilder().setModelName("ü".repeat(100_000)).build();
    StatusRuntimeException refused =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                GRPCInferenceServiceGrpc.newBlockingStub(channel())
                    .withDeadlineAfter(60, TimeUnit.SECONDS)
                    .modelInfer(unknown));
    assertEquals(Status.Code.NOT_FOUND, refused.getStatus().getCode());
  }
}
