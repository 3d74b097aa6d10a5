package dev.cohort.aggregator;

import static dev.cohort.aggregator.Requests.longs;
import static dev.cohort.aggregator.Requests.texts;
import static dev.cohort.aggregator.Requests.typed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import dev.cohort.aggregator.config.Settings;
import dev.cohort.aggregator.dispatch.SeatAddress;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.aggregator.oip.Datatype;
import dev.cohort.aggregator.oip.TensorCodec;
import dev.cohort.packages.TextTokenizer;
import dev.cohort.packages.TokenRow;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import dev.cohort.protocol.inference.InferParameter;
import dev.cohort.protocol.inference.ModelConfigRequest;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.cohort.protocol.inference.ModelInferResponse;
import dev.cohort.protocol.inference.ModelMetadataRequest;
import dev.cohort.protocol.inference.ModelReadyRequest;
import dev.cohort.protocol.inference.ServerLiveRequest;
import dev.cohort.protocol.inference.ServerMetadataRequest;
import dev.cohort.protocol.inference.ServerReadyRequest;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The aggregator with real seats: what goes in at one port comes out right, by every way. */
class AggregatorIT {
  private static final String MODEL = "tiny-package";
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MESSAGE_BYTES = 256 * 1024;
  private static final List<String> TEXTS =
      List.of("a good film", "play some music", "", "when is the next train to town ?");

  private static final List<RealSeat> SEATS = new ArrayList<>();
  private static Aggregator aggregator;
  private static Vertx vertx;
  private static HttpServer httpServer;
  private static ManagedChannel channel;
  private static GRPCInferenceServiceBlockingStub stub;
  private static HttpClient http;

  @BeforeAll
  static void start() throws Exception {
    SEATS.add(RealSeat.start(TinyPackage.PATH, 0));
    SEATS.add(RealSeat.start(TinyPackage.PATH, 1));
    aggregator = aggregator(SEATS.stream().map(RealSeat::address).toList());
    vertx = Vertx.vertx();
    httpServer =
        vertx
            .createHttpServer()
            .requestHandler(aggregator.http())
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    channel = channel(aggregator);
    stub = GRPCInferenceServiceGrpc.newBlockingStub(channel);
    http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    Await.until("the model is ready", aggregator::isReady);
  }

  @AfterAll
  static void stop() {
    http.close();
    channel.shutdownNow();
    vertx.close();
    aggregator.close();
    SEATS.forEach(RealSeat::close);
  }

  private static Aggregator aggregator(List<SeatAddress> seats) throws IOException {
    Settings settings =
        TestSettings.of(List.of(TinyPackage.PATH), seats, MESSAGE_BYTES, TestSettings.UNPRUNED);
    ServingMetrics metrics = new ServingMetrics(new SimpleMeterRegistry());
    return Aggregator.start(settings, "1.2.3", metrics, NanoClock.SYSTEM);
  }

  private static ManagedChannel channel(Aggregator to) {
    return NettyChannelBuilder.forAddress("127.0.0.1", to.grpcPort()).usePlaintext().build();
  }

  private static GRPCInferenceServiceBlockingStub stub() {
    return stub.withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  private static ModelInferRequest text(String... texts) {
    return typed(MODEL, texts("text", List.of((long) texts.length, 1L), texts));
  }

  private static ModelInferRequest tokens(List<TokenRow> rows) {
    int longest = rows.stream().mapToInt(TokenRow::length).max().orElseThrow();
    List<Long> shape = List.of((long) rows.size(), (long) longest);
    long[] ids = new long[rows.size() * longest];
    long[] mask = new long[ids.length];
    for (int row = 0; row < rows.size(); row++) {
      for (int place = 0; place < rows.get(row).length(); place++) {
        ids[row * longest + place] = rows.get(row).ids()[place];
        mask[row * longest + place] = 1;
      }
    }
    return typed(MODEL, longs("input_ids", shape, ids), longs("attention_mask", shape, mask));
  }

  private static StatusRuntimeException failure(ModelInferRequest request) {
    return assertThrows(StatusRuntimeException.class, () -> stub().modelInfer(request));
  }

  private static List<Float> logits(ModelInferResponse response) {
    for (int i = 0; i < response.getOutputsCount(); i++) {
      if (!response.getOutputs(i).getName().equals("logits")) {
        continue;
      }
      if (response.getRawOutputContentsCount() == 0) {
        return response.getOutputs(i).getContents().getFp32ContentsList();
      }
      ByteString raw = response.getRawOutputContents(i);
      return TensorCodec.typed("logits", Datatype.FP32, raw, raw.size() / Float.BYTES)
          .getFp32ContentsList();
    }
    throw new AssertionError("no logits in " + response);
  }

  private static HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
    return http.send(
        request.timeout(Duration.ofSeconds(20)).build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static HttpRequest.Builder path(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpServer.actualPort() + path));
  }

  private static HttpResponse<byte[]> post(byte[] body, String... headers) throws Exception {
    HttpRequest.Builder request =
        path("/v2/models/" + MODEL + "/infer").POST(HttpRequest.BodyPublishers.ofByteArray(body));
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    try (GZIPOutputStream zip = new GZIPOutputStream(output)) {
      zip.write(content);
    }
    return output.toByteArray();
  }

  private static String json(List<String> texts) throws IOException {
    return "{\"inputs\":[{\"name\":\"text\",\"datatype\":\"BYTES\",\"shape\":[%d],\"data\":%s}]}"
        .formatted(texts.size(), JSON.writeValueAsString(texts));
  }

  private static JsonNode output(JsonNode response, String name) {
    for (JsonNode output : response.get("outputs")) {
      if (output.get("name").asText().equals(name)) {
        return output;
      }
    }
    throw new AssertionError("no " + name + " in " + response);
  }

  private static List<Float> floats(JsonNode data) {
    List<Float> values = new ArrayList<>();
    data.forEach(value -> values.add(Float.parseFloat(value.asText())));
    return values;
  }

  private static void assertError(int status, HttpResponse<byte[]> response, String... parts)
      throws IOException {
    JsonNode body = JSON.readTree(response.body());
    assertEquals(status, response.statusCode(), body.toString());
    for (String part : parts) {
      assertTrue(body.get("error").asText().contains(part), body.toString());
    }
  }

  /** One row at a time: int8 or not, a batch of one has no neighbours. */
  @Test
  void allWaysGiveTheSameNumbers() throws Exception {
    try (TextTokenizer tokenizer = TinyPackage.open().tokenizer()) {
      for (String text : TEXTS) {
        ModelInferResponse first = stub().modelInfer(text(text));
        List<Float> expected = logits(first);
        String label =
            first.getOutputs(0).getContents().getBytesContents(0).toString(StandardCharsets.UTF_8);
        assertEquals(expected, logits(stub().modelInfer(Requests.raw(text(text)))));
        ModelInferRequest tokens = tokens(List.of(tokenizer.encode(text)));
        assertEquals(expected, logits(stub().modelInfer(tokens)));
        assertEquals(expected, logits(stub().modelInfer(Requests.raw(tokens))));
        assertEquals(
            expected, logits(stub().withCompression("gzip").modelInfer(Requests.raw(tokens))));
        byte[] body = utf8(json(List.of(text)));
        for (HttpResponse<byte[]> response :
            List.of(
                post(body),
                post(gzip(body), "Content-Encoding", "gzip"),
                post(body, "Content-Type", "application/octet-stream"))) {
          JsonNode answer = JSON.readTree(response.body());
          assertEquals(expected, floats(output(answer, "logits").get("data")));
          assertEquals(label, output(answer, "label").get("data").get(0).asText());
        }
        assertArrayEquals(toArray(expected), binaryLogits(text));
      }
    }
  }

  private static float[] toArray(List<Float> values) {
    float[] array = new float[values.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = values.get(i);
    }
    return array;
  }

  /** The binary form both ways, header in lower case, compressed. */
  private static float[] binaryLogits(String text) throws Exception {
    ByteString tensor = Requests.raw(text(text)).getRawInputContents(0);
    byte[] head =
        utf8(
            """
            {"inputs":[{"name":"text","datatype":"BYTES","shape":[1,1],
              "parameters":{"binary_data_size":%d}}],
             "outputs":[{"name":"logits","parameters":{"binary_data":true}},{"name":"label"}]}
            """
                .formatted(tensor.size()));
    byte[] body = ByteString.copyFrom(head).concat(tensor).toByteArray();
    HttpResponse<byte[]> response =
        post(
            gzip(body),
            "inference-header-content-length",
            Integer.toString(head.length),
            "Content-Encoding",
            "gzip");
    int jsonLength =
        Integer.parseInt(
            response.headers().firstValue("Inference-Header-Content-Length").orElseThrow());
    JsonNode answer = JSON.readTree(Arrays.copyOf(response.body(), jsonLength));
    assertEquals(1, output(answer, "label").get("data").size());
    int size = output(answer, "logits").get("parameters").get("binary_data_size").asInt();
    assertEquals(response.body().length, jsonLength + size);
    float[] values = new float[size / Float.BYTES];
    ByteBuffer.wrap(response.body(), jsonLength, size)
        .order(ByteOrder.LITTLE_ENDIAN)
        .asFloatBuffer()
        .get(values);
    return values;
  }

  /** What the Python model that made the package says about these tokens. */
  @Test
  void logitsAreThoseOfTheReference() throws Exception {
    int rows = 0;
    for (String line : Files.readAllLines(TinyPackage.PATH.resolve("reference.jsonl"))) {
      JsonNode reference = JSON.readTree(line);
      int length = reference.get("input_ids").size();
      long[] ids = new long[length];
      long[] types = new long[length];
      for (int i = 0; i < length; i++) {
        ids[i] = reference.get("input_ids").get(i).asLong();
        types[i] = reference.get("token_type_ids").get(i).asLong();
      }
      List<Long> shape = List.of(1L, (long) length);
      ModelInferRequest request =
          typed(MODEL, longs("input_ids", shape, ids), longs("token_type_ids", shape, types));
      List<Float> actual = logits(stub().modelInfer(request));
      JsonNode prefixes = reference.get("prefix_logits");
      JsonNode expected = prefixes.get(prefixes.size() - 1);
      for (int column = 0; column < actual.size(); column++) {
        assertEquals(expected.get(column).asDouble(), actual.get(column), 1e-3);
      }
      rows++;
    }
    assertTrue(rows > 0);
  }

  @Test
  void severalRowsAnswerLikeOneEach() {
    ModelInferResponse together = stub().modelInfer(text(TEXTS.toArray(String[]::new)));
    assertEquals(List.of(4L, 1L), together.getOutputs(0).getShapeList());
    List<Float> all = logits(together);
    int columns = all.size() / TEXTS.size();
    for (int row = 0; row < TEXTS.size(); row++) {
      List<Float> alone = logits(stub().modelInfer(text(TEXTS.get(row))));
      for (int column = 0; column < columns; column++) {
        assertEquals(alone.get(column), all.get(row * columns + column), 1e-4f);
      }
    }
  }

  @Test
  void answerSaysWhatItIs() {
    ModelInferRequest request =
        text("a").toBuilder()
            .setId("42")
            .setModelVersion("1")
            .addOutputs(InferRequestedOutputTensor.newBuilder().setName("students_used"))
            .addOutputs(InferRequestedOutputTensor.newBuilder().setName("probabilities"))
            .putParameters(
                "triton_enable_empty_final_response",
                InferParameter.newBuilder().setBoolParam(true).build())
            .build();
    ModelInferResponse response = stub().modelInfer(request);
    assertEquals("42", response.getId());
    assertEquals(MODEL, response.getModelName());
    assertEquals("1", response.getModelVersion());
    assertEquals(3, response.getParametersOrThrow("students_total").getInt64Param());
    assertFalse(response.getParametersOrThrow("pruned").getBoolParam());
    assertFalse(response.getParametersOrThrow("degraded").getBoolParam());
    assertEquals(2, response.getOutputsCount());
    assertEquals("students_used", response.getOutputs(0).getName());
    assertEquals(List.of(3), response.getOutputs(0).getContents().getIntContentsList());
    double sum =
        response.getOutputs(1).getContents().getFp32ContentsList().stream()
            .mapToDouble(Float::doubleValue)
            .sum();
    assertEquals(1, sum, 1e-5);
  }

  @Test
  void descriptionsAgreeOverBothTransports() throws Exception {
    assertTrue(stub().serverLive(ServerLiveRequest.getDefaultInstance()).getLive());
    assertTrue(stub().serverReady(ServerReadyRequest.getDefaultInstance()).getReady());
    assertEquals(
        "1.2.3", stub().serverMetadata(ServerMetadataRequest.getDefaultInstance()).getVersion());
    assertEquals(
        "{\"live\":true}",
        new String(send(path("/v2/health/live")).body(), StandardCharsets.UTF_8));
    assertEquals(
        "{\"ready\":true}",
        new String(send(path("/v2/health/ready")).body(), StandardCharsets.UTF_8));
    JsonNode server = JSON.readTree(send(path("/v2")).body());
    assertTrue(server.get("extensions").toString().contains("\"binary_tensor_data\""));
    assertTrue(server.get("extensions").toString().contains("\"statistics\""));
    JsonNode ready = JSON.readTree(send(path("/v2/models/" + MODEL + "/ready")).body());
    assertEquals("{\"name\":\"tiny-package\",\"ready\":true}", ready.toString());
    JsonNode metadata = JSON.readTree(send(path("/v2/models/" + MODEL + "/versions/1")).body());
    assertEquals(
        stub()
            .modelMetadata(ModelMetadataRequest.newBuilder().setName(MODEL).build())
            .getInputsCount(),
        metadata.get("inputs").size());
    JsonNode config = JSON.readTree(send(path("/v2/models/" + MODEL + "/config")).body());
    assertEquals(
        stub()
            .modelConfig(ModelConfigRequest.newBuilder().setName(MODEL).build())
            .getConfig()
            .getMaxBatchSize(),
        config.get("max_batch_size").asInt());
  }

  @Test
  void reflectionListsTheServices() throws Exception {
    CompletableFuture<List<String>> names = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(channel)
            .withDeadlineAfter(20, TimeUnit.SECONDS)
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse response) {
                    names.complete(
                        response.getListServicesResponse().getServiceList().stream()
                            .map(ServiceResponse::getName)
                            .toList());
                  }

                  @Override
                  public void onError(Throwable failure) {
                    names.completeExceptionally(failure);
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
    requests.onCompleted();
    assertTrue(
        names
            .get(20, TimeUnit.SECONDS)
            .containsAll(List.of("inference.GRPCInferenceService", "grpc.health.v1.Health")));
  }

  /** What a client that is slow or gone leaves behind must not stay. */
  @Test
  void brokenConnectionsLeaveNothingBehind() throws Exception {
    for (int i = 0; i < 8; i++) {
      try (Socket socket = new Socket("127.0.0.1", httpServer.actualPort())) {
        socket
            .getOutputStream()
            .write(
                utf8(
                    "POST /v2/models/tiny-package/infer HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
                        .formatted(MESSAGE_BYTES, "x".repeat(MESSAGE_BYTES - 1))));
      }
    }
    Await.until("the memory is free again", () -> postsOf(MESSAGE_BYTES / 2) == 400);
  }

  private static int postsOf(int bytes) {
    try {
      return post(new byte[bytes]).statusCode();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void unknownModelsAndVersionsAreNotFound() throws Exception {
    assertEquals(
        Status.Code.NOT_FOUND,
        failure(text("a").toBuilder().setModelName("x").build()).getStatus().getCode());
    assertEquals(
        Status.Code.NOT_FOUND,
        failure(text("a").toBuilder().setModelVersion("2").build()).getStatus().getCode());
    assertFalse(stub().modelReady(ModelReadyRequest.newBuilder().setName("x").build()).getReady());
    assertError(404, send(path("/v2/models/x")), "'x'", MODEL);
    assertError(404, send(path("/v2/models/" + MODEL + "/versions/9/config")), "'9'");
    assertError(404, send(path("/v2/nothing")), "/v2/nothing");
    assertError(404, send(path("/")), "/");
    assertError(405, send(path("/v2/models/" + MODEL + "/infer").GET()), "POST");
    assertError(405, send(path("/v2").POST(HttpRequest.BodyPublishers.ofString("{}"))), "GET");
  }

  @Test
  void badInputIsInvalidByBothTransports() throws Exception {
    StatusRuntimeException failed =
        failure(typed(MODEL, texts("text", List.of(2L, 2L), "a", "b", "c", "d")));
    assertEquals(Status.Code.INVALID_ARGUMENT, failed.getStatus().getCode());
    assertTrue(failed.getMessage().contains("'text'"), failed.getMessage());
    assertError(400, post(utf8("{")), "JSON");
    assertError(400, post(utf8("{\"inputs\":[]}")), "'text'");
    assertError(400, post(utf8("{}"), "Inference-Header-Content-Length", "-1"), "'-1'");
    assertError(400, post(utf8("{}"), "Inference-Header-Content-Length", "99"), "99");
    assertError(400, post(utf8("{}"), "Content-Encoding", "br"), "'br'");
    assertError(400, post(utf8("{}"), "Content-Encoding", "gzip"), "gzip");
    ModelInferRequest many =
        typed(
            MODEL,
            texts(
                "text",
                List.of(65L),
                java.util.Collections.nCopies(65, "a").toArray(String[]::new)));
    assertTrue(failure(many).getMessage().contains("1 to 64"));
  }

  /** By itself gRPC answers UNKNOWN, as if the server had failed. */
  @Test
  void bytesThatAreNoMessageAreInvalid() {
    MethodDescriptor<ModelInferRequest, ModelInferResponse> method =
        GRPCInferenceServiceGrpc.getModelInferMethod();
    MethodDescriptor<byte[], ModelInferResponse> bytes =
        method.toBuilder(new Bytes(), method.getResponseMarshaller()).build();
    for (byte[] wrong : List.of(new byte[] {0x0a, 0x7f}, utf8("{}"), new byte[] {-1, -1, -1})) {
      StatusRuntimeException failure =
          assertThrows(
              StatusRuntimeException.class,
              () ->
                  ClientCalls.blockingUnaryCall(
                      channel,
                      bytes,
                      CallOptions.DEFAULT.withDeadlineAfter(30, TimeUnit.SECONDS),
                      wrong));
      assertEquals(Status.Code.INVALID_ARGUMENT, failure.getStatus().getCode());
      assertTrue(failure.getMessage().contains("GRPCInferenceService/ModelInfer"));
    }
    assertFalse(logits(stub().modelInfer(text("what is my balance"))).isEmpty());
  }

  private record Bytes() implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      throw new UnsupportedOperationException("only requests are bytes");
    }
  }

  @Test
  void bigInputsAreAnsweredOrRefusedByTheirBounds() throws Exception {
    String[] rows = java.util.Collections.nCopies(64, "town ".repeat(200)).toArray(String[]::new);
    assertEquals(64, stub().modelInfer(text(rows)).getOutputs(0).getShape(0));
    assertEquals(200, post(utf8(json(List.of("train ".repeat(10_000))))).statusCode());
    String huge = "x".repeat(MESSAGE_BYTES);
    assertEquals(Status.Code.RESOURCE_EXHAUSTED, failure(text(huge)).getStatus().getCode());
    assertError(413, post(utf8(json(List.of(huge)))), Integer.toString(MESSAGE_BYTES));
    assertError(
        400,
        post(gzip(utf8(json(List.of(huge)))), "Content-Encoding", "gzip"),
        Integer.toString(MESSAGE_BYTES));
    String tooLong = "y".repeat(TextTokenizer.MAX_CHARACTERS + 1);
    assertEquals(Status.Code.INVALID_ARGUMENT, failure(text(tooLong)).getStatus().getCode());
  }

  @Test
  void deadlinesAreKept() throws Exception {
    ModelInferRequest hurried =
        text("a").toBuilder()
            .putParameters("timeout", InferParameter.newBuilder().setInt64Param(1).build())
            .build();
    assertEquals(Status.Code.DEADLINE_EXCEEDED, failure(hurried).getStatus().getCode());
    String body = json(List.of("a"));
    String timed = body.substring(0, body.length() - 1) + ",\"parameters\":{\"timeout\":1}}";
    assertError(504, post(utf8(timed)), "deadline");
  }

  /** A row's neighbours in a batch change its sums only by rounding. */
  private static boolean isClose(List<Float> expected, List<Float> actual) {
    return expected.size() == actual.size()
        && IntStream.range(0, expected.size())
            .allMatch(i -> Math.abs(expected.get(i) - actual.get(i)) < 1e-4);
  }

  @Test
  void manyAtOnceGetTheirOwnAnswers() throws Exception {
    List<List<Float>> expected = new ArrayList<>();
    for (String text : TEXTS) {
      expected.add(logits(stub().modelInfer(text(text))));
    }
    try (ExecutorService callers = Executors.newFixedThreadPool(16)) {
      List<Future<Boolean>> calls = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        int which = i % TEXTS.size();
        boolean overHttp = i % 8 == 0;
        calls.add(
            callers.submit(
                () -> {
                  List<Float> actual =
                      overHttp
                          ? floats(
                              output(
                                      JSON.readTree(
                                          post(utf8(json(List.of(TEXTS.get(which))))).body()),
                                      "logits")
                                  .get("data"))
                          : logits(stub().modelInfer(text(TEXTS.get(which))));
                  return isClose(expected.get(which), actual);
                }));
      }
      for (Future<Boolean> call : calls) {
        assertTrue(call.get(30, TimeUnit.SECONDS));
      }
    }
  }

  @Test
  void killedSeatCostsNothing() throws Exception {
    RealSeat doomed = RealSeat.start(TinyPackage.PATH, 0);
    try (doomed;
        Aggregator other = aggregator(List.of(doomed.address(), SEATS.get(0).address()))) {
      ManagedChannel client = channel(other);
      GRPCInferenceServiceBlockingStub calls = GRPCInferenceServiceGrpc.newBlockingStub(client);
      HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(client);
      Await.until("the model is ready", other::isReady);
      Await.until(
          "health says so",
          () ->
              health.check(HealthCheckRequest.getDefaultInstance()).getStatus()
                  == ServingStatus.SERVING);
      CompletableFuture<Void> killed = CompletableFuture.runAsync(doomed::kill);
      for (int i = 0; i < 200 || !killed.isDone(); i++) {
        calls.withDeadlineAfter(20, TimeUnit.SECONDS).modelInfer(text("a good film"));
      }
      assertTrue(other.isReady());
      client.shutdownNow();
    }
  }

  @Test
  void withoutSeatsNothingIsReady() throws Exception {
    try (Aggregator lonely = aggregator(List.of())) {
      ManagedChannel client = channel(lonely);
      GRPCInferenceServiceBlockingStub calls =
          GRPCInferenceServiceGrpc.newBlockingStub(client).withDeadlineAfter(20, TimeUnit.SECONDS);
      StatusRuntimeException failed =
          assertThrows(StatusRuntimeException.class, () -> calls.modelInfer(text("a")));
      assertEquals(Status.Code.UNAVAILABLE, failed.getStatus().getCode());
      assertFalse(calls.serverReady(ServerReadyRequest.getDefaultInstance()).getReady());
      assertTrue(calls.serverLive(ServerLiveRequest.getDefaultInstance()).getLive());
      assertEquals(
          ServingStatus.NOT_SERVING,
          HealthGrpc.newBlockingStub(client)
              .check(HealthCheckRequest.getDefaultInstance())
              .getStatus());
      client.shutdownNow();
    }
  }
}
