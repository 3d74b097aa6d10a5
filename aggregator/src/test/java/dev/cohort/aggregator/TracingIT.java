package dev.cohort.aggregator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.aggregator.OtlpReceiver.Received;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.cohort.protocol.inference.ModelInferRequest;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** One trace from a client through the aggregator's process to a seat's, seen by a collector. */
class TracingIT {
  private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");
  private static final String CALLER = "00f067aa0ba902b7";
  private static final int STUDENTS = 3;

  private static final int GRPC_PORT = RealSeat.freePort();
  private static final int HTTP_PORT = RealSeat.freePort();
  private static OtlpReceiver receiver;
  private static RealSeat seat;
  private static Process aggregator;
  private static ManagedChannel channel;
  private static HttpClient http;

  @BeforeAll
  static void start() throws Exception {
    receiver = OtlpReceiver.start();
    String endpoint = "cohort.tracing.endpoint=" + receiver.endpoint();
    seat = RealSeat.start(TinyPackage.PATH, 0, endpoint);
    aggregator =
        RealSeat.launch(
            JAR,
            Path.of("target", "aggregator-traced.log"),
            "cohort.packages=" + TinyPackage.PATH,
            "cohort.seats=" + seat.address(),
            "cohort.grpc-port=" + GRPC_PORT,
            "cohort.http-port=" + HTTP_PORT,
            "cohort.metrics-port=" + RealSeat.freePort(),
            "cohort.latency-target=60s",
            // Only what a client traces.
            "cohort.tracing.ratio=0",
            endpoint);
    channel = NettyChannelBuilder.forAddress("127.0.0.1", GRPC_PORT).usePlaintext().build();
    http = HttpClient.newHttpClient();
    Await.until("the model is ready", TracingIT::isReady);
  }

  @AfterAll
  static void stop() {
    http.close();
    channel.shutdownNow();
    aggregator.destroyForcibly();
    seat.close();
    receiver.close();
  }

  private static boolean isReady() {
    try {
      return http.send(path("/v2/health/ready").build(), HttpResponse.BodyHandlers.ofString())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static HttpRequest.Builder path(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + HTTP_PORT + path))
        .timeout(Duration.ofSeconds(30));
  }

  private static ModelInferRequest request() {
    return Requests.typed(
        "tiny-package", Requests.texts("text", List.of(2L, 1L), "a good film", "no"));
  }

  private static String parent(String trace, boolean sampled) {
    return "00-" + trace + "-" + CALLER + (sampled ? "-01" : "-00");
  }

  private static GRPCInferenceServiceBlockingStub stub(String traceParent) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), traceParent);
    return GRPCInferenceServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  private static List<Received> named(List<Received> spans, String name) {
    return spans.stream().filter(span -> span.name().equals(name)).toList();
  }

  /** The only span of this name. */
  private static Received one(List<Received> spans, String name) {
    List<Received> found = named(spans, name);
    assertEquals(1, found.size(), name + " in " + spans);
    return found.getFirst();
  }

  private static void assertWhole(String trace) {
    Await.until(
        "the trace has arrived",
        () -> {
          List<Received> spans = receiver.spans(trace);
          return named(spans, "infer").size() == 1
              && named(spans, "batch").size() == 1
              && named(spans, "forward").size() == named(spans, "seat").size()
              && named(spans, "engine").size() == STUDENTS;
        });
    List<Received> spans = receiver.spans(trace);
    Received infer = one(spans, "infer");
    assertEquals(CALLER, infer.parent());
    assertEquals(SpanKind.SPAN_KIND_SERVER, infer.kind());
    assertEquals("cohort-aggregator", infer.service());
    assertEquals("tiny-package", infer.details().get("cohort.model"));
    assertEquals("2", infer.details().get("cohort.rows"));
    assertFalse(infer.failed());
    for (String stage : List.of("tokenize", "queue", "batch")) {
      Received span = one(spans, stage);
      assertEquals(infer.id(), span.parent(), stage);
      assertTrue(span.startNanos() >= infer.startNanos(), stage);
      assertTrue(span.endNanos() >= span.startNanos(), stage);
    }
    Received batch = one(spans, "batch");
    assertEquals(List.of(infer.id()), batch.links());
    assertEquals("2", batch.details().get("cohort.rows"));
    assertEquals(Integer.toString(STUDENTS), batch.details().get("cohort.students.used"));
    TreeSet<Integer> students = new TreeSet<>();
    for (Received forward : named(spans, "forward")) {
      assertEquals(batch.id(), forward.parent());
      assertEquals(SpanKind.SPAN_KIND_CLIENT, forward.kind());
      assertEquals(seat.address().toString(), forward.details().get("server.address"));
      students.addAll(assertSeat(spans, forward));
    }
    assertEquals(STUDENTS, students.size());
  }

  /** The seat's part of a call to it; returns the students that ran. */
  private static List<Integer> assertSeat(List<Received> spans, Received forward) {
    Received served =
        named(spans, "seat").stream()
            .filter(span -> span.parent().equals(forward.id()))
            .findFirst()
            .orElseThrow();
    assertEquals("cohort-student-service", served.service());
    assertEquals(SpanKind.SPAN_KIND_SERVER, served.kind());
    assertEquals(
        1,
        named(spans, "seat queue").stream()
            .filter(span -> span.parent().equals(served.id()))
            .count());
    List<Integer> students =
        named(spans, "engine").stream()
            .filter(span -> span.parent().equals(served.id()))
            .map(span -> Integer.parseInt(span.details().get("cohort.student")))
            .sorted()
            .toList();
    int first = Integer.parseInt(forward.details().get("cohort.students.first"));
    int end = Integer.parseInt(forward.details().get("cohort.students.end"));
    assertEquals(IntStream.range(first, end).boxed().toList(), students);
    return students;
  }

  @Test
  void aTraceOverGrpcGoesThroughToTheEngine() {
    String trace = "0af7651916cd43dd8448eb211c80319c";
    stub(parent(trace, true)).modelInfer(request());
    assertWhole(trace);
  }

  @Test
  void aTraceOverHttpGoesThroughToTheEngine() throws Exception {
    String trace = "1bf7651916cd43dd8448eb211c80319c";
    HttpRequest.Builder call =
        path("/v2/models/tiny-package/infer")
            .header("traceparent", parent(trace, true))
            .POST(HttpRequest.BodyPublishers.ofString(Requests.json(request())));
    assertEquals(200, http.send(call.build(), HttpResponse.BodyHandlers.ofString()).statusCode());
    assertWhole(trace);
  }

  @Test
  void aRefusedRequestIsAFailedSpan() {
    String trace = "2cf7651916cd43dd8448eb211c80319c";
    ModelInferRequest wrong =
        Requests.typed("tiny-package", Requests.texts("words", List.of(1L), "a"));
    assertThrows(StatusRuntimeException.class, () -> stub(parent(trace, true)).modelInfer(wrong));
    Await.until("the span has arrived", () -> receiver.spans(trace).size() == 1);
    assertTrue(one(receiver.spans(trace), "infer").failed());
  }

  @Test
  void whatTheClientDoesNotTraceIsNotTraced() {
    String untraced = "3df7651916cd43dd8448eb211c80319c";
    String traced = "4ef7651916cd43dd8448eb211c80319c";
    stub(parent(untraced, false)).modelInfer(request());
    stub("no trace parent at all").modelInfer(request());
    stub(parent(traced, true)).modelInfer(request());
    assertWhole(traced);
    assertEquals(List.of(), receiver.spans(untraced));
  }
}
