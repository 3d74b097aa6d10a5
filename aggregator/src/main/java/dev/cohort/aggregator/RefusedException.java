package dev.cohort.aggregator;

import com.google.protobuf.Any;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.Optional;

/**
 * The expected end of a request that is not an answer: a status code and a text meant for the
 * client, which names what was wrong and what is allowed. Carries no stack trace. Immutable.
 */
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Texts quote the client's own words, and travel in a header. Clients take 8 KiB of headers, and
   * a character may become nine bytes; a longer text would turn the code into another one.
   */
  private static final int MAX_CHARACTERS = 600;

  private final Status.Code code;
  private final transient Optional<Duration> retryAfter;

  /** A refusal with the given code, never {@code OK}, and text. */
  public RefusedException(Status.Code code, String text) {
    this(code, text, Optional.empty());
  }

  private RefusedException(Status.Code code, String text, Optional<Duration> retryAfter) {
    super(cut(text), null, false, false);
    this.code = code;
    this.retryAfter = retryAfter;
  }

  private static String cut(String text) {
    return text.length() <= MAX_CHARACTERS ? text : text.substring(0, MAX_CHARACTERS) + "...";
  }

  /** There is no room now; worth a retry after a while. */
  public static RefusedException full(String text, Duration retryAfter) {
    return new RefusedException(Status.Code.RESOURCE_EXHAUSTED, text, Optional.of(retryAfter));
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

  /** When a retry is worth it; empty when that is not known. */
  public Optional<Duration> retryAfter() {
    return retryAfter;
  }

  /** The same refusal as a gRPC status, with {@code google.rpc.RetryInfo} where a retry helps. */
  public StatusRuntimeException statusException() {
    com.google.rpc.Status.Builder status =
        com.google.rpc.Status.newBuilder().setCode(code.value()).setMessage(getMessage());
    if (retryAfter.isEmpty()) {
      return code.toStatus().withDescription(getMessage()).asRuntimeException();
    }
    status.addDetails(
        Any.pack(RetryInfo.newBuilder().setRetryDelay(delay(retryAfter.get())).build()));
    return StatusProto.toStatusRuntimeException(status.build());
  }

  private static com.google.protobuf.Duration delay(Duration time) {
    return com.google.protobuf.Duration.newBuilder()
        .setSeconds(time.toSeconds())
        .setNanos(time.toNanosPart())
        .build();
  }
}
