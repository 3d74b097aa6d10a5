package dev.cohort.aggregator.http;

import com.google.protobuf.ByteString;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;

/** The answer to one HTTP request; the first one given counts. Confined to its event loop. */
final class HttpReply {
  private static final String JSON = "application/json";
  private static final String JSON_LENGTH = "Inference-Header-Content-Length";

  private final HttpServerRequest request;
  private final HttpServerResponse response;

  HttpReply(HttpServerRequest request) {
    this.request = request;
    this.response = request.response();
  }

  void json(byte[] body) {
    send(200, JSON, Buffer.buffer(body));
  }

  void readiness(boolean ready, byte[] body) {
    send(ready ? 200 : 503, JSON, Buffer.buffer(body));
  }

  void methodNotAllowed(String allowed) {
    if (!response.headWritten()) {
      response.putHeader(HttpHeaders.ALLOW, allowed);
    }
    fail(
        new HttpFault(
            405,
            "method %s is not allowed for path '%s'; allowed is %s"
                .formatted(request.method(), request.path(), allowed)));
  }

  void unauthenticated(String text) {
    if (!response.headWritten()) {
      response.putHeader("WWW-Authenticate", "Bearer");
      // A body, if one comes, is not received from just anybody.
      closeAfterwards();
    }
    fail(new HttpFault(401, text));
  }

  void fail(HttpFault fault) {
    if (!response.headWritten() && fault.isTransient()) {
      response.putHeader(HttpHeaders.RETRY_AFTER, Long.toString(fault.retrySeconds()));
    }
    if (!response.headWritten() && fault.status() == HttpFault.PAYLOAD_TOO_LARGE) {
      // Nobody wants the rest of the body.
      closeAfterwards();
    }
    send(fault.status(), JSON, Buffer.buffer(Json.error(fault.text())));
  }

  /** The answer to an inference request, or why there is none. */
  void inferred(HttpInferWriter.Body written, Throwable failure) {
    if (failure != null) {
      fail(HttpFault.of(failure));
      return;
    }
    Buffer body = Buffer.buffer(written.json());
    if (written.binary().isEmpty()) {
      send(200, JSON, body);
      return;
    }
    for (ByteString tensor : written.binary()) {
      body.appendBytes(tensor.toByteArray());
    }
    if (!response.headWritten()) {
      response.putHeader(JSON_LENGTH, Integer.toString(written.json().length));
    }
    send(200, "application/octet-stream", body);
  }

  /** Runs when the client goes away before it has its answer. */
  void onDisconnect(Runnable action) {
    response.closeHandler(
        ignored -> {
          if (!response.ended()) {
            action.run();
          }
        });
    if (response.closed()) {
      action.run();
    }
  }

  // HTTP/2 has no such header: there a stream ends alone.
  private void closeAfterwards() {
    if (request.version() != HttpVersion.HTTP_2) {
      response.putHeader(HttpHeaders.CONNECTION, "close");
    }
  }

  private void send(int status, String type, Buffer body) {
    if (response.headWritten() || response.closed()) {
      return;
    }
    response.setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, type).end(body);
  }
}
