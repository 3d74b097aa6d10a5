package dev.cohort.aggregator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.common.util.concurrent.ListenableFuture;
import dev.cohort.aggregator.dispatch.ScriptedSeat;
import dev.cohort.aggregator.dispatch.SeatAddress;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.packages.Package;
import dev.cohort.packages.TextTokenizer;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc;
import dev.cohort.protocol.inference.ModelInferResponse;
import dev.cohort.protocol.student.v1.ForwardRequest;
import dev.cohort.protocol.student.v1.ForwardResponse;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged program: its start, its ports, its end. */
class AggregatorProcessIT {
  private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");

  private static final Path LOG = Path.of("target", "aggregator.log");

  private final HttpClient http = HttpClient.newHttpClient();

  private HttpResponse<String> get(int port, String path) throws Exception {
    return http.send(request(port, path).build(), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest.Builder request(int port, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(20));
  }

  private boolean answers(int port, String path) {
    try {
      return get(port, path).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Process launch(SeatAddress seat, int grpcPort, int httpPort, int metricsPort) {
    return RealSeat.launch(
        JAR,
        LOG,
        "cohort.packages=" + TinyPackage.PATH,
        "cohort.seats=" + seat,
        "cohort.grpc-port=" + grpcPort,
        "cohort.http-port=" + httpPort,
        "cohort.metrics-port=" + metricsPort);
  }

  /** The seat answers only when both transports have begun to drain. */
  @Test
  void stopFinishesWhatIsInFlight() throws Exception {
    int grpcPort = RealSeat.freePort();
    int httpPort = RealSeat.freePort();
    int metricsPort = RealSeat.freePort();
    Map<ForwardRequest, StreamObserver<ForwardResponse>> held = new ConcurrentHashMap<>();
    Package tiny = TinyPackage.open();
    try (TextTokenizer tokenizer = tiny.tokenizer();
        ScriptedSeat seat =
            new ScriptedSeat(new ServedModel(tiny.manifest(), tokenizer, 64), 0, 8)) {
      Process process = launch(seat.address(), grpcPort, httpPort, metricsPort);
      Await.until("the model is ready", () -> answers(httpPort, "/v2/health/ready"));
      assertEquals(200, get(metricsPort, "/health/ready").statusCode());
      assertEquals(
          200, http.send(infer(httpPort), HttpResponse.BodyHandlers.ofString()).statusCode());
      // A request is counted when it has been answered, so perhaps not at once.
      Await.until("the request is counted", () -> lacking(metricsPort).isEmpty());

      seat.script(held::put);
      CompletableFuture<HttpResponse<String>> overHttp =
          http.sendAsync(infer(httpPort), HttpResponse.BodyHandlers.ofString());
      ManagedChannel channel =
          NettyChannelBuilder.forAddress("127.0.0.1", grpcPort).usePlaintext().build();
      ListenableFuture<ModelInferResponse> overGrpc =
          GRPCInferenceServiceGrpc.newFutureStub(channel)
              .withDeadlineAfter(20, TimeUnit.SECONDS)
              .modelInfer(Requests.typed("tiny-package", Requests.texts("text", List.of(1L), "a")));
      Await.until("both are with the seat", () -> held.size() == 2);

      process.destroy();
      Await.until("no new gRPC calls are taken", () -> !accepts(grpcPort));
      assertRefusedAsStopping(httpPort);
      assertTrue(process.isAlive());
      held.forEach(seat::answer);
      assertEquals(200, overHttp.get(20, TimeUnit.SECONDS).statusCode());
      assertEquals("1", overGrpc.get(20, TimeUnit.SECONDS).getModelVersion());
      assertTrue(process.waitFor(30, TimeUnit.SECONDS));
      assertEquals(0, process.exitValue());
      channel.shutdownNow();
    }
    String log = Files.readString(LOG);
    assertFalse(log.contains("Exception"), log);
  }

  private void assertRefusedAsStopping(int httpPort) throws Exception {
    HttpResponse<String> refused = http.send(infer(httpPort), HttpResponse.BodyHandlers.ofString());
    assertEquals(503, refused.statusCode());
    assertEquals("{\"error\":\"the server is stopping\"}", refused.body());
    HttpResponse<String> ready = get(httpPort, "/v2/health/ready");
    assertEquals(503, ready.statusCode());
    assertTrue(ready.body().contains("\"error\""), ready.body());
  }

  private static HttpRequest infer(int port) {
    String body =
        "{\"inputs\":[{\"name\":\"text\",\"datatype\":\"BYTES\",\"shape\":[1],\"data\":[\"a\"]}]}";
    return request(port, "/v2/models/tiny-package/infer")
        .POST(HttpRequest.BodyPublishers.ofString(body))
        .build();
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  /** Lines of the metrics that are not there after one request of one row. */
  private List<String> lacking(int port) {
    try {
      String metrics = get(port, "/metrics").body();
      return Stream.of(
              "cohort_requests_total{code=\"OK\",model=\"tiny-package\"} 1.0",
              "cohort_request_seconds_count{model=\"tiny-package\"} 1",
              "cohort_rows_total{model=\"tiny-package\"} 1.0",
              "cohort_seats_connected{model=\"tiny-package\"} 1.0",
              "cohort_requests_in_flight 0.0",
              "cohort_queue_requests 0.0",
              "cohort_queue_tokens 0.0")
          .filter(line -> !metrics.contains(line))
          .toList();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** The front door's own bounds are tested beside it; these belong to the HTTP server. */
  @Test
  void httpConnectionsAndHeadersAreBounded() throws Exception {
    int httpPort = RealSeat.freePort();
    Process process =
        RealSeat.launch(
            JAR,
            Path.of("target", "aggregator-bounds.log"),
            "cohort.packages=" + TinyPackage.PATH,
            "cohort.limits.connections=2",
            "cohort.grpc-port=0",
            "cohort.http-port=" + httpPort,
            "cohort.metrics-port=" + RealSeat.freePort());
    try {
      Await.until("the port is open", () -> accepts(httpPort));
      Await.until("it is live", () -> statusLine(httpPort, "").contains(" 200 "));
      String large = "X-Much: " + "x".repeat(17 * 1024) + "\r\n";
      Await.until("large headers are refused", () -> statusLine(httpPort, large).contains(" 431 "));
      Await.until("a third is closed", () -> closesTheThird(httpPort));
      Await.until("there is room again", () -> statusLine(httpPort, "").contains(" 200 "));
    } finally {
      process.destroy();
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    }
  }

  // A connection counts from its first request on.
  private static boolean closesTheThird(int port) {
    try (Socket first = new Socket("127.0.0.1", port);
        Socket second = new Socket("127.0.0.1", port)) {
      return statusLine(first, "").contains(" 200 ")
          && statusLine(second, "").contains(" 200 ")
          && statusLine(port, "").isEmpty();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String statusLine(int port, String header) {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      return statusLine(socket, header);
    } catch (IOException e) {
      return "";
    }
  }

  /** First line of an answer; empty when the server closes the connection. */
  private static String statusLine(Socket socket, String header) {
    try {
      socket.setSoTimeout(20_000);
      String request = "GET /v2/health/live HTTP/1.1\r\nHost: x\r\n" + header + "\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      byte[] head = socket.getInputStream().readNBytes("HTTP/1.1 200 ".length());
      return new String(head, StandardCharsets.US_ASCII);
    } catch (IOException e) {
      return "";
    }
  }

  @Test
  void wrongSettingsEndInOneLine() throws Exception {
    Path log = Path.of("target", "aggregator-wrong.log");
    Process process =
        RealSeat.launch(
            JAR, log, "cohort.packages=/nonexistent", "cohort.limits.rows=0", "cohort.seats=x");
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(1, process.exitValue());
    assertEquals(
        "aggregator: cohort.seats: seat address 'x' is not host:port with a port of 1..65535;"
            + " cohort.limits.rows is 0; allowed are 1 to 65536",
        Files.readString(log).strip());
  }

  @Test
  void aDamagedPackageIsNamed(@TempDir Path folder) throws Exception {
    try (Stream<Path> files = Files.list(TinyPackage.PATH)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    byte[] weights = Files.readAllBytes(folder.resolve("student-1.safetensors"));
    weights[weights.length / 2] ^= 1;
    Files.write(folder.resolve("student-1.safetensors"), weights);
    Path log = Path.of("target", "aggregator-damaged.log");
    Process process =
        RealSeat.launch(JAR, log, "cohort.packages=" + folder, "cohort.seats=127.0.0.1:1");
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(1, process.exitValue());
    String said = Files.readString(log);
    assertTrue(said.contains("aggregator: package refused: student-1.safetensors: HASH: "), said);
  }
}
