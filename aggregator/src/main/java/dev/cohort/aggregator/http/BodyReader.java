package dev.cohort.aggregator.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;

/** Collects a request's body up to a bound. Runs on the request's event loop. */
final class BodyReader {
  private final int maxBytes;
  private final Buffer body = Buffer.buffer();
  private boolean ended;

  private BodyReader(int maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Calls exactly one of the two, unless the connection breaks. */
  static void read(
      HttpServerRequest request,
      int maxBytes,
      Consumer<byte[]> whole,
      Consumer<HttpFault> refused) {
    BodyReader reader = new BodyReader(maxBytes);
    request.exceptionHandler(failure -> reader.ended = true);
    request.handler(part -> reader.append(part, refused));
    request.endHandler(
        end -> {
          if (!reader.ended) {
            reader.ended = true;
            whole.accept(reader.body.getBytes());
          }
        });
  }

  private void append(Buffer part, Consumer<HttpFault> refused) {
    if (ended) {
      return;
    }
    if (part.length() > maxBytes - body.length()) {
      ended = true;
      refused.accept(
          new HttpFault(
              HttpFault.PAYLOAD_TOO_LARGE, "the body is larger than " + maxBytes + " bytes"));
      return;
    }
    body.appendBuffer(part);
  }
}
