package dev.cohort.observability;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Set;

/** The {@code traceparent} of W3C Trace Context, as text and as a parent of spans. Stateless. */
public final class TraceParent {
  /** Name of the HTTP header and of the gRPC metadata. */
  public static final String HEADER = "traceparent";

  /** Longer ones belong to no version that is known. */
  private static final int MOST_CHARACTERS = 128;

  private static final TextMapGetter<String> GETTER =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(String text) {
          return Set.of(HEADER);
        }

        @Override
        public String get(String text, String key) {
          return HEADER.equalsIgnoreCase(key) ? text : null;
        }
      };

  private TraceParent() {}

  /** Reads one; what cannot be read is no parent, as the standard says. */
  public static Context parse(String text) {
    if (text.isEmpty() || text.length() > MOST_CHARACTERS) {
      return Context.root();
    }
    return W3CTraceContextPropagator.getInstance().extract(Context.root(), text, GETTER);
  }

  /** Writes one; empty for a span that is not recorded. */
  public static String text(Span span) {
    SpanContext context = span.getSpanContext();
    return span.isRecording()
        ? "00-%s-%s-%s"
            .formatted(context.getTraceId(), context.getSpanId(), context.getTraceFlags().asHex())
        : "";
  }
}
