package dev.cohort.aggregator.http;

import dev.cohort.aggregator.InferenceServer;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.observability.TraceParent;
import dev.cohort.protocol.inference.ModelInferResponse;
import dev.cohort.security.BearerTokens;
import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * The protocol over HTTP. Bodies are turned into the protocol's messages and back, so that both
 * transports answer alike. Runs on event loops; large bodies are read on the workers. Every error,
 * of unknown paths too, has the body {@code {"error": text}}. Thread-safe.
 */
public final class HttpFrontDoor implements Handler<HttpServerRequest> {
  /** Parsing this much takes well under a millisecond; more goes to the workers. */
  private static final int MAX_INLINE_BYTES = 16 * 1024;

  /** Decides alone whether a body has binary tensors: clients set the content type freely. */
  private static final String JSON_LENGTH = "Inference-Header-Content-Length";

  private final InferenceServer server;
  private final Executor workers;
  private final int maxBodyBytes;
  private final BodyMemory memory;
  private final Optional<BearerTokens> tokens;
  private final OpenRequests open = new OpenRequests();

  /**
   * @param maxBodyBytes of a request, as sent and decompressed
   * @param tokens of clients; none: anybody may call
   */
  public HttpFrontDoor(
      InferenceServer server,
      Executor workers,
      int maxBodyBytes,
      BodyMemory memory,
      Optional<BearerTokens> tokens) {
    this.server = server;
    this.workers = workers;
    this.maxBodyBytes = maxBodyBytes;
    this.memory = memory;
    this.tokens = tokens;
  }

  /** From now on refuses inference; requests in flight go on, and so do all other calls. */
  public void beginDrain() {
    open.beginDrain();
  }

  /** Waits until the requests in flight have ended, or patience has. */
  public void drain(Duration patience) {
    beginDrain();
    try {
      open.await(patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void handle(HttpServerRequest request) {
    HttpReply reply = new HttpReply(request);
    try {
      Optional<HttpPath> path = HttpPath.parse(request.path());
      Optional<String> fault =
          path.filter(HttpFrontDoor::isOpen).isPresent()
              ? Optional.empty()
              : unauthenticated(request);
      if (fault.isPresent()) {
        reply.unauthenticated(fault.get());
        return;
      }
      if (path.isEmpty()) {
        throw RefusedException.notFound("path '%s' is not served".formatted(request.path()));
      }
      route(request, path.get(), reply);
    } catch (RefusedException e) {
      reply.fail(HttpFault.of(e));
    }
  }

  /** Load balancers have no tokens. */
  private static boolean isOpen(HttpPath path) {
    return path instanceof HttpPath.Live || path instanceof HttpPath.Ready;
  }

  private Optional<String> unauthenticated(HttpServerRequest request) {
    String header = request.getHeader(HttpHeaders.AUTHORIZATION);
    return tokens.flatMap(known -> known.fault(Optional.ofNullable(header)));
  }

  private void route(HttpServerRequest request, HttpPath path, HttpReply reply) {
    boolean infer = path instanceof HttpPath.Model m && m.part() == HttpPath.Part.INFER;
    HttpMethod allowed = infer ? HttpMethod.POST : HttpMethod.GET;
    if (!request.method().equals(allowed)) {
      reply.methodNotAllowed(allowed.name());
      return;
    }
    switch (path) {
      case HttpPath.Server ignored -> reply.json(JsonDescriptions.server(server.metadata()));
      case HttpPath.Live ignored -> reply.json(JsonDescriptions.live());
      case HttpPath.Ready ignored ->
          reply.readiness(server.isReady(), JsonDescriptions.ready(server.isReady()));
      case HttpPath.Statistics ignored -> reply.json(JsonStatistics.of(server.statistics("", "")));
      case HttpPath.Model model -> model(request, model, reply);
    }
  }

  private void model(HttpServerRequest request, HttpPath.Model model, HttpReply reply) {
    switch (model.part()) {
      case METADATA ->
          reply.json(JsonDescriptions.model(server.metadata(model.name(), model.version())));
      case CONFIG ->
          reply.json(JsonDescriptions.config(server.config(model.name(), model.version())));
      case STATISTICS ->
          reply.json(JsonStatistics.of(server.statistics(model.name(), model.version())));
      case READY -> {
        boolean ready = server.isReady(model.name(), model.version());
        reply.readiness(ready, JsonDescriptions.modelReady(model.name(), ready));
      }
      case INFER -> {
        if (!open.begin()) {
          throw RefusedException.unavailable("the server is stopping");
        }
        request.response().endHandler(ended -> open.end());
        infer(request, model, reply);
      }
    }
  }

  private void infer(HttpServerRequest request, HttpPath.Model model, HttpReply reply) {
    OptionalInt jsonLength = jsonLength(request.getHeader(JSON_LENGTH));
    boolean gzip = isGzip(request.getHeader(HttpHeaders.CONTENT_ENCODING));
    String header = request.getHeader(TraceParent.HEADER);
    String traceParent = header == null ? "" : header;
    Context loop = Vertx.currentContext();
    BodyReader.read(
        request,
        maxBodyBytes,
        memory,
        body -> {
          Runnable work = () -> infer(model, body, gzip, jsonLength, traceParent, loop, reply);
          if (!gzip && body.length <= MAX_INLINE_BYTES) {
            work.run();
          } else {
            onWorker(work, body.length, reply);
          }
        },
        reply::fail);
  }

  private void infer(
      HttpPath.Model model,
      byte[] body,
      boolean gzip,
      OptionalInt jsonLength,
      String traceParent,
      Context loop,
      HttpReply reply) {
    try {
      HttpInferRequest request = read(model, body, gzip, jsonLength);
      CompletableFuture<ModelInferResponse> answer =
          server.infer(request.message(), OptionalLong.empty(), traceParent);
      loop.runOnContext(ignored -> reply.onDisconnect(() -> answer.cancel(false)));
      answer
          .thenApply(response -> HttpInferWriter.write(request, response))
          .whenComplete(
              (written, failure) -> loop.runOnContext(ignored -> reply.inferred(written, failure)));
    } catch (RefusedException e) {
      loop.runOnContext(ignored -> reply.fail(HttpFault.of(e)));
    }
  }

  private HttpInferRequest read(
      HttpPath.Model model, byte[] body, boolean gzip, OptionalInt jsonLength) {
    try {
      byte[] content = gzip ? Gzip.expand(body, maxBodyBytes) : body;
      return HttpInferReader.read(model.name(), model.version(), content, jsonLength);
    } finally {
      memory.release(body.length);
    }
  }

  private void onWorker(Runnable work, int bytes, HttpReply reply) {
    try {
      workers.execute(work);
    } catch (RejectedExecutionException e) {
      memory.release(bytes);
      reply.fail(HttpFault.of(RefusedException.unavailable("too many large requests wait")));
    }
  }

  private static OptionalInt jsonLength(String header) {
    if (header == null) {
      return OptionalInt.empty();
    }
    try {
      int length = Integer.parseInt(header.strip());
      if (length >= 0) {
        return OptionalInt.of(length);
      }
    } catch (NumberFormatException e) {
      // Said below, together with negative numbers.
    }
    throw RefusedException.invalid(
        "header %s is '%s'; it must be a whole number of bytes".formatted(JSON_LENGTH, header));
  }

  private static boolean isGzip(String encoding) {
    if (encoding == null || encoding.isBlank() || encoding.strip().equalsIgnoreCase("identity")) {
      return false;
    }
    if (encoding.strip().equalsIgnoreCase("gzip")) {
      return true;
    }
    throw RefusedException.invalid(
        "header Content-Encoding is '%s'; allowed are gzip and identity".formatted(encoding));
  }
}
