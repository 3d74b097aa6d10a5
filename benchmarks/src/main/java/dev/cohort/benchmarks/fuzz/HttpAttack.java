package dev.cohort.benchmarks.fuzz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cohort.benchmarks.load.HttpBody;
import dev.cohort.protocol.inference.ModelInferRequest;
import io.grpc.Status.Code;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/** The HTTP form of inference with wrong fields, wrong bytes, wrong headers and wrong paths. */
final class HttpAttack implements Attack {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final String JSON_LENGTH = "Inference-Header-Content-Length";

  /** What a body may be answered with of which nobody knows what it still says. */
  private static final Set<Integer> ANY_BODY = Set.of(200, 400, 413, 429, 504);

  private static final Set<Integer> WRONG_PATH = Set.of(400, 404, 405, 414);
  private static final int LONGEST_PATH = 4000;

  private final String address;
  private final ModelRules rules;
  private final Requests requests;
  private final Oracle oracle;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(DEADLINE).build();

  /**
   * @param address {@code host:port}
   */
  HttpAttack(String address, ModelRules rules) {
    this.address = address;
    this.rules = rules;
    this.requests = new Requests(rules);
    this.oracle = new Oracle(rules);
  }

  @Override
  public String name() {
    return "HTTP";
  }

  @Override
  public CompletableFuture<Verdict> next(RandomGenerator random) {
    if (random.nextInt(10) == 0) {
      return wrongPath(random);
    }
    ModelInferRequest request = requests.next(random);
    Optional<HttpBody> body = HttpBody.of(request);
    while (body.isEmpty()) {
      request = requests.next(random);
      body = HttpBody.of(request);
    }
    return random.nextBoolean()
        ? fields(request, body.orElseThrow())
        : bytes(body.orElseThrow(), random);
  }

  @Override
  public void close() {
    client.shutdownNow();
  }

  private CompletableFuture<Verdict> fields(ModelInferRequest request, HttpBody body) {
    String version = request.getModelVersion();
    String path =
        "/v2/models/%s%s/infer"
            .formatted(
                encoded(request.getModelName()),
                version.isEmpty() ? "" : "/versions/" + encoded(version));
    Set<Integer> allowed = new HashSet<>();
    oracle.allowed(request).forEach(code -> allowed.add(status(code)));
    if (allowed.contains(404) && isWrongForAnyModel(request)) {
      // The body is read before the model is looked for.
      allowed.add(400);
    }
    if (path.length() > LONGEST_PATH) {
      allowed.add(414);
    }
    return sent(post(path, body.bytes(), length(body)), allowed);
  }

  private boolean isWrongForAnyModel(ModelInferRequest request) {
    return oracle
        .allowed(request.toBuilder().setModelName(rules.name()).clearModelVersion().build())
        .contains(Code.INVALID_ARGUMENT);
  }

  private CompletableFuture<Verdict> bytes(HttpBody body, RandomGenerator random) {
    byte[] bytes = BadBytes.change(body.bytes(), random);
    Optional<String> length =
        random.nextInt(4) == 0
            ? Optional.of(GoodRequests.text(random, 5).replaceAll("[^0-9a-z.?!-]", "-"))
            : length(body);
    HttpRequest.Builder request =
        post("/v2/models/%s/infer".formatted(rules.name()), bytes, length);
    if (random.nextInt(8) == 0) {
      request.header("Content-Encoding", random.nextBoolean() ? "gzip" : "br");
    }
    return sent(request, ANY_BODY);
  }

  private CompletableFuture<Verdict> wrongPath(RandomGenerator random) {
    String[] parts = {
      "", "v2", "v3", "models", rules.name(), "infer", "versions", "%00", "%ff", "..", "ready!"
    };
    StringBuilder path = new StringBuilder("/v1");
    int count = random.nextInt(6);
    for (int i = 0; i < count; i++) {
      path.append('/').append(parts[random.nextInt(parts.length)]);
    }
    if (random.nextBoolean()) {
      path.replace(0, 3, "/v2/models/%s/wrong".formatted(rules.name()));
    }
    String[] methods = {"GET", "POST", "PUT", "DELETE", "PATCH"};
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + address + path))
            .method(
                methods[random.nextInt(methods.length)],
                BodyPublishers.ofByteArray(BadBytes.any(random, 64)));
    return sent(request, WRONG_PATH);
  }

  private HttpRequest.Builder post(String path, byte[] body, Optional<String> jsonLength) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://" + address + path))
            .POST(BodyPublishers.ofByteArray(body));
    jsonLength.filter(text -> !text.isBlank()).ifPresent(text -> request.header(JSON_LENGTH, text));
    return request;
  }

  private CompletableFuture<Verdict> sent(HttpRequest.Builder request, Set<Integer> allowed) {
    return client
        .sendAsync(request.timeout(DEADLINE).build(), BodyHandlers.ofByteArray())
        .handle(
            (response, failure) ->
                failure == null
                    ? judged(response, allowed)
                    : Verdict.wrong("no answer", failure + " in place of " + allowed));
  }

  private static Verdict judged(HttpResponse<byte[]> response, Set<Integer> allowed) {
    String outcome = Integer.toString(response.statusCode());
    if (!allowed.contains(response.statusCode())) {
      return Verdict.wrong(
          outcome,
          "%s in place of %s: %s"
              .formatted(outcome, allowed, new String(response.body(), StandardCharsets.UTF_8)));
    }
    // Before a path can be read the server itself answers, without a body.
    return response.statusCode() == 414 || hasForm(response)
        ? Verdict.right(outcome)
        : Verdict.wrong(outcome, outcome + " with a body that is not the documented JSON");
  }

  private static boolean hasForm(HttpResponse<byte[]> response) {
    int length =
        response
            .headers()
            .firstValue(JSON_LENGTH)
            .map(Integer::parseInt)
            .orElse(response.body().length);
    try {
      JsonNode body = JSON.readTree(response.body(), 0, length);
      return response.statusCode() == 200
          ? body.path("outputs").isArray()
          : body.path("error").isTextual();
    } catch (JsonProcessingException e) {
      return false;
    } catch (java.io.IOException e) {
      throw new IllegalStateException("reading from memory failed; this is a bug", e);
    }
  }

  private static Optional<String> length(HttpBody body) {
    return body.jsonLength().isPresent()
        ? Optional.of(Integer.toString(body.jsonLength().getAsInt()))
        : Optional.empty();
  }

  private static String encoded(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }

  private static int status(Code code) {
    return switch (code) {
      case OK -> 200;
      case INVALID_ARGUMENT -> 400;
      case NOT_FOUND -> 404;
      case RESOURCE_EXHAUSTED -> 413;
      case DEADLINE_EXCEEDED -> 504;
      default -> throw new IllegalStateException("the oracle allows " + code + "; this is a bug");
    };
  }
}
