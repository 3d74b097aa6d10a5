package dev.cohort.aggregator.http;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.util.function.Consumer;

/** Collects a request's body up to a bound. Confined to the request's event loop. */
final class BodyReader {
  private static final int TOO_MANY_REQUESTS = 429;

  private final int maxBytes;
  private final BodyMemory memory;
  private final Consumer<HttpFault> refused;
  private final Buffer body = Buffer.buffer();
  private boolean ended;

  private BodyReader(int maxBytes, BodyMemory memory, Consumer<HttpFault> refused) {
    this.maxBytes = maxBytes;
    this.memory = memory;
    this.refused = refused;
  }

  /**
   * Calls exactly one of the two, unless the connection breaks.
   *
   * @param whole gets the body, and must release as many bytes of memory
   */
  static void read(
      HttpServerRequest request,
      int maxBytes,
      BodyMemory memory,
      Consumer<byte[]> whole,
      Consumer<HttpFault> refused) {
    BodyReader reader = new BodyReader(maxBytes, memory, refused);
    request.exceptionHandler(failure -> reader.giveUp());
    request.handler(reader::append);
    request.endHandler(
        end -> {
          if (!reader.ended) {
            reader.ended = true;
            whole.accept(reader.body.getBytes());
          }
        });
  }

  private void append(Buffer part) {
    if (ended) {
      return;
    }
    if (part.length() > maxBytes - body.length()) {
      giveUp();
      refused.accept(
          new HttpFault(
              HttpFault.PAYLOAD_TOO_LARGE, "the body is larger than " + maxBytes + " bytes"));
      return;
    }
    if (!memory.take(part.length())) {
      giveUp();
      refused.accept(
          new HttpFault(TOO_MANY_REQUESTS, "the bodies being received take all memory for them"));
      return;
    }
    body.appendBuffer(part);
  }

  private void giveUp() {
    if (!ended) {
      ended = true;
      memory.release(body.length());
    }
  }
}
