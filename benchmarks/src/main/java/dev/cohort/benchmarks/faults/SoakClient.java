package dev.cohort.benchmarks.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohort.benchmarks.load.HttpBody;
import dev.cohort.benchmarks.load.InferClient;
import dev.cohort.benchmarks.stage.Stage;
import dev.cohort.protocol.inference.ModelInferRequest;
import io.grpc.Status;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Sends the shapes one after the other over both transports, as texts and as token ids, and counts
 * what comes back. A failed call is counted and does not end the loop. Thread-safe.
 */
final class SoakClient implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int CONNECTIONS = 2;
  private static final int TOO_MANY_REQUESTS = 429;

  /** gRPC or HTTP, texts or token ids. */
  private static final int KINDS = 4;

  private final URI inference;
  private final MixedRequests requests;
  private final List<int[]> shapes;
  private final InferClient grpc;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final AtomicLong sent = new AtomicLong();
  private final LongAdder answered = new LongAdder();
  private final Map<String, LongAdder> others = new ConcurrentSkipListMap<>();

  SoakClient(Stage stage, MixedRequests requests, List<int[]> shapes) {
    this.inference =
        URI.create("http://%s/v2/models/%s/infer".formatted(stage.httpAddress(), stage.model()));
    this.requests = requests;
    this.shapes = shapes;
    this.grpc = new InferClient(stage.target(), CONNECTIONS);
  }

  /** Sends the request of this number; completes normally whatever becomes of it. */
  CompletableFuture<Void> call(int number) {
    sent.incrementAndGet();
    int[] shape = shapes.get(number % shapes.size());
    // Each round gives a shape to another kind.
    int kind = (number + number / shapes.size()) % KINDS;
    ModelInferRequest request =
        kind < 2 ? requests.texts(shape, number) : requests.tokens(shape, number);
    CompletableFuture<Integer> rows = kind % 2 == 0 ? overGrpc(request) : overHttp(request);
    return rows.handle(
        (got, failure) -> {
          ended(got, failure, shape.length);
          return null;
        });
  }

  /** Requests sent. */
  long sent() {
    return sent.get();
  }

  /** Right answers. */
  long answered() {
    return answered.sum();
  }

  /** Requests that ended otherwise, by why. */
  Map<String, LongAdder> others() {
    return others;
  }

  /** Requests that failed. */
  long failed() {
    return others.entrySet().stream()
        .filter(entry -> Failures.isFailure(entry.getKey()))
        .mapToLong(entry -> entry.getValue().sum())
        .sum();
  }

  @Override
  public void close() {
    grpc.close();
    http.shutdownNow();
  }

  private void ended(Integer rows, Throwable failure, int wanted) {
    if (failure == null && rows == wanted) {
      answered.increment();
      return;
    }
    others.computeIfAbsent(reason(rows, failure), reason -> new LongAdder()).increment();
  }

  private static String reason(Integer rows, Throwable failure) {
    if (failure == null) {
      return "WRONG_ROWS " + rows;
    }
    Status status = Status.fromThrowable(failure);
    return status.getCode() == Status.Code.UNKNOWN
        ? String.valueOf(failure)
        : status.getCode().name();
  }

  private CompletableFuture<Integer> overGrpc(ModelInferRequest request) {
    return grpc.call(request, TIMEOUT).thenApply(answer -> (int) answer.getOutputs(0).getShape(0));
  }

  private CompletableFuture<Integer> overHttp(ModelInferRequest request) {
    byte[] body = HttpBody.of(request).orElseThrow().bytes();
    return http.sendAsync(
            HttpRequest.newBuilder(inference)
                .timeout(TIMEOUT)
                .POST(BodyPublishers.ofByteArray(body))
                .build(),
            BodyHandlers.ofByteArray())
        .thenApply(SoakClient::rows);
  }

  private static int rows(HttpResponse<byte[]> response) {
    if (response.statusCode() == TOO_MANY_REQUESTS) {
      throw Status.RESOURCE_EXHAUSTED.asRuntimeException();
    }
    if (response.statusCode() != 200) {
      throw new IllegalStateException("HTTP " + response.statusCode());
    }
    try {
      JsonNode output = JSON.readTree(response.body()).path("outputs").path(0);
      return output.path("shape").path(0).asInt();
    } catch (IOException e) {
      throw new IllegalStateException("not JSON: " + e.getMessage(), e);
    }
  }
}
