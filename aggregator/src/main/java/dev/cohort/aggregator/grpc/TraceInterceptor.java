package dev.cohort.aggregator.grpc;

import dev.cohort.observability.TraceParent;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** Keeps the caller's {@code traceparent} where the call's handler finds it. Thread-safe. */
final class TraceInterceptor implements ServerInterceptor {
  private static final Metadata.Key<String> HEADER =
      Metadata.Key.of(TraceParent.HEADER, Metadata.ASCII_STRING_MARSHALLER);

  private static final Context.Key<String> PARENT = Context.keyWithDefault("traceparent", "");

  /** Of the present call; empty: none. */
  static String parent() {
    return PARENT.get();
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String parent = headers.get(HEADER);
    if (parent == null) {
      return next.startCall(call, headers);
    }
    return Contexts.interceptCall(Context.current().withValue(PARENT, parent), call, headers, next);
  }
}
