package dev.cohort.observability;

import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.Clock;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Makes spans and sends them to an OTLP receiver, in batches, from a thread of its own. What the
 * receiver does not take in time is dropped; requests never wait. {@link #OFF} makes only spans
 * that do nothing. Close once, after the last span has ended. Thread-safe.
 */
public final class Tracing implements AutoCloseable {
  /** Nothing is traced. */
  public static final Tracing OFF = new Tracing(Optional.empty());

  /** Spans that wait for the receiver at most; about 1 MiB. */
  private static final int QUEUE = 2048;

  private static final Duration EVERY = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Optional<SdkTracerProvider> provider;
  private final Optional<Tracer> tracer;

  private Tracing(Optional<SdkTracerProvider> provider) {
    this.provider = provider;
    this.tracer = provider.map(spans -> spans.get("dev.cohort"));
  }

  /**
   * Begins to trace; the receiver need not be there yet.
   *
   * @param service its name, such as {@code cohort-aggregator}
   */
  public static Tracing start(TracingSettings settings, String service, String version) {
    OtlpHttpSpanExporter exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(settings.traces().toString())
            .setTimeout(PATIENCE)
            .setConnectTimeout(PATIENCE)
            .build();
    BatchSpanProcessor processor =
        BatchSpanProcessor.builder(exporter)
            .setMaxQueueSize(QUEUE)
            .setScheduleDelay(EVERY)
            .setExporterTimeout(PATIENCE)
            .build();
    Attributes names =
        Attributes.builder()
            .put("service.name", service)
            .put("service.version", version)
            .put("service.instance.id", UUID.randomUUID().toString())
            .build();
    return new Tracing(
        Optional.of(
            SdkTracerProvider.builder()
                .setResource(Resource.getDefault().merge(Resource.create(names)))
                .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(settings.ratio())))
                .addSpanProcessor(processor)
                .build()));
  }

  /** Tracing as the settings say; {@link #OFF} without any. */
  public static Tracing of(Optional<TracingSettings> settings, String service, String version) {
    return settings.map(given -> start(given, service, version)).orElse(OFF);
  }

  /** Whether spans are made at all; callers skip what only spans need. */
  public boolean isOn() {
    return tracer.isPresent();
  }

  /**
   * Begins the work that a caller asked for, in the caller's trace if it has one.
   *
   * @param traceParent as the caller sent it; empty: none
   * @param nowNanos by the clock that the work's parts will be timed with
   * @return {@link TraceSpan#NONE} where the caller, or chance, decided against it
   */
  public TraceSpan serve(String name, String traceParent, long nowNanos) {
    if (!isOn()) {
      return TraceSpan.NONE;
    }
    long originNanos = Clock.getDefault().now() - nowNanos;
    return TraceSpan.of(
        this, span(name, SpanKind.SERVER, TraceParent.parse(traceParent)), originNanos);
  }

  /**
   * A span to be begun.
   *
   * @throws IllegalStateException when tracing is off
   */
  SpanBuilder span(String name, SpanKind kind, Context parent) {
    return tracer
        .orElseThrow(() -> new IllegalStateException("tracing is off; this is a bug"))
        .spanBuilder(name)
        .setSpanKind(kind)
        .setParent(parent);
  }

  /** Sends what has ended, for a few seconds at most. */
  @Override
  public void close() {
    provider.ifPresent(
        spans -> {
          spans.shutdown().join(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        });
  }
}
