package dev.cohort.aggregator.http;

import dev.cohort.aggregator.RefusedException;
import io.grpc.Status;
import java.time.Duration;

/**
 * What goes wrong in HTTP: a status number and a text for the body. Immutable.
 *
 * @param status 400..599
 * @param retrySeconds when a retry is worth it, if one is
 */
record HttpFault(int status, String text, long retrySeconds) {
  static final int PAYLOAD_TOO_LARGE = 413;
  private static final int CLIENT_CLOSED_REQUEST = 499;
  private static final Duration LEAST_RETRY = Duration.ofSeconds(1);

  HttpFault(int status, String text) {
    this(status, text, LEAST_RETRY.toSeconds());
  }

  /** The HTTP form of a refusal. */
  static HttpFault of(Throwable failure) {
    RefusedException refused = RefusedException.of(failure);
    long millis = refused.retryAfter().orElse(LEAST_RETRY).toMillis();
    return new HttpFault(status(refused.code()), refused.getMessage(), Math.ceilDiv(millis, 1000L));
  }

  /** Whether the client should try again soon. */
  boolean isTransient() {
    return status == 429 || status == 503;
  }

  private static int status(Status.Code code) {
    return switch (code) {
      case OK -> throw new IllegalStateException("a refusal with code OK; this is a bug");
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> 400;
      case UNAUTHENTICATED -> 401;
      case PERMISSION_DENIED -> 403;
      case NOT_FOUND -> 404;
      case ABORTED, ALREADY_EXISTS -> 409;
      case RESOURCE_EXHAUSTED -> 429;
      case CANCELLED -> CLIENT_CLOSED_REQUEST;
      case UNIMPLEMENTED -> 501;
      case UNAVAILABLE -> 503;
      case DEADLINE_EXCEEDED -> 504;
      case INTERNAL, UNKNOWN, DATA_LOSS -> 500;
    };
  }
}
