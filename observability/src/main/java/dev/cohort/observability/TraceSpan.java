package dev.cohort.observability;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A piece of work in a trace: others may be begun below it, and parts that are over be added. On
 * {@link #NONE}, which stands for all work that is not traced, every method does nothing and
 * allocates nothing. Must be ended once. Thread-safe.
 */
public final class TraceSpan {
  /** Work that is not traced. */
  public static final TraceSpan NONE = new TraceSpan(Tracing.OFF, Span.getInvalid(), 0);

  private final Tracing tracing;
  private final Span span;
  // Nanoseconds since 1970 at time 0 of the clock that parts are timed with.
  private final long originNanos;

  private TraceSpan(Tracing tracing, Span span, long originNanos) {
    this.tracing = tracing;
    this.span = span;
    this.originNanos = originNanos;
  }

  static TraceSpan of(Tracing tracing, SpanBuilder builder, long originNanos) {
    Span begun = builder.startSpan();
    return begun.isRecording() ? new TraceSpan(tracing, begun, originNanos) : NONE;
  }

  /**
   * Work for several that were begun before: the child of the first, linked with all of them.
   *
   * @param causes recorded ones; empty: {@link #NONE}
   */
  public static TraceSpan joint(String name, List<TraceSpan> causes) {
    if (causes.isEmpty()) {
      return NONE;
    }
    TraceSpan first = causes.getFirst();
    SpanBuilder builder = first.tracing.span(name, SpanKind.INTERNAL, first.context());
    causes.forEach(cause -> builder.addLink(cause.span.getSpanContext()));
    TraceSpan joint = of(first.tracing, builder, first.originNanos);
    causes.stream().skip(1).forEach(cause -> cause.span.addLink(joint.span.getSpanContext()));
    return joint;
  }

  /** Whether the work is traced. */
  public boolean isOn() {
    return span.isRecording();
  }

  /** Begins a call to another process, as a part of this work. */
  public TraceSpan call(String name) {
    return isOn() ? of(tracing, tracing.span(name, SpanKind.CLIENT, context()), originNanos) : NONE;
  }

  /** What the other process needs to go on with this trace; empty without one. */
  public String parentText() {
    return isOn() ? TraceParent.text(span) : "";
  }

  /** Notes a property. */
  public void note(String key, String value) {
    span.setAttribute(key, value);
  }

  /** Notes a property. */
  public void note(String key, long value) {
    span.setAttribute(key, value);
  }

  /** Adds a part that is over, between two times of the clock given at the beginning. */
  public void part(String name, long startNanos, long endNanos) {
    part(name, startNanos, endNanos, "", 0);
  }

  /** As {@link #part(String, long, long)}, with a property; an empty key for none. */
  public void part(String name, long startNanos, long endNanos, String key, long value) {
    if (!isOn()) {
      return;
    }
    SpanBuilder builder =
        tracing
            .span(name, SpanKind.INTERNAL, context())
            .setStartTimestamp(originNanos + startNanos, TimeUnit.NANOSECONDS);
    if (!key.isEmpty()) {
      builder.setAttribute(key, value);
    }
    builder.startSpan().end(originNanos + endNanos, TimeUnit.NANOSECONDS);
  }

  /** The work is done. */
  public void end() {
    span.end();
  }

  /** The work has failed. */
  public void fail(String reason) {
    span.setStatus(StatusCode.ERROR, reason);
    span.end();
  }

  private Context context() {
    return Context.root().with(span);
  }
}
