package dev.cohort.aggregator;

import io.grpc.Status;

/**
 * The expected end of a request that is not an answer: a status code and a text meant for the
 * client, which names what was wrong and what is allowed. Carries no stack trace. Immutable.
 */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Status.Code code;

  /** A refusal with the given code, never {@code OK}, and text. */
  public RefusedException(Status.Code code, String text) {
    super(text, null, false, false);
    this.code = code;
  }

  /** Bad input: the client must change the request. */
  public static RefusedException invalid(String text) {
    return new RefusedException(Status.Code.INVALID_ARGUMENT, text);
  }

  /** No such model, version or path. */
  public static RefusedException notFound(String text) {
    return new RefusedException(Status.Code.NOT_FOUND, text);
  }

  /** Nothing can answer now; the request is safe to send again. */
  public static RefusedException unavailable(String text) {
    return new RefusedException(Status.Code.UNAVAILABLE, text);
  }

  /** The time given for the request has passed. */
  public static RefusedException late(String text) {
    return new RefusedException(Status.Code.DEADLINE_EXCEEDED, text);
  }

  /** What any failure means to a client: refusals as they are, everything else is a bug. */
  public static RefusedException of(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof java.util.concurrent.CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return switch (cause) {
      case RefusedException refused -> refused;
      case java.util.concurrent.CancellationException ignored ->
          new RefusedException(Status.Code.CANCELLED, "the client cancelled the request");
      default -> new RefusedException(Status.Code.INTERNAL, "internal error: " + cause);
    };
  }

  public Status.Code code() {
    return code;
  }

  /** The same refusal as a gRPC status. */
  public Status status() {
    return code.toStatus().withDescription(getMessage());
  }
}
