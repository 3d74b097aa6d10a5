package dev.cohort.aggregator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** Receives spans over HTTP, as a collector does. */
public final class OtlpReceiver implements AutoCloseable {
  private final HttpServer server;
  private final List<Received> spans = new CopyOnWriteArrayList<>();

  /**
   * A span and the service that sent it.
   *
   * @param details its attributes as text
   */
  public record Received(
      String service,
      String name,
      String trace,
      String id,
      String parent,
      Span.SpanKind kind,
      long startNanos,
      long endNanos,
      List<String> links,
      Map<String, String> details,
      boolean failed) {}

  private OtlpReceiver(HttpServer server) {
    this.server = server;
  }

  /** Opens a port. */
  public static OtlpReceiver start() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    OtlpReceiver receiver = new OtlpReceiver(server);
    server.createContext("/v1/traces", receiver::receive);
    server.start();
    return receiver;
  }

  /** Base URL. */
  public String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** What has come of one trace. */
  public List<Received> spans(String trace) {
    return spans.stream().filter(span -> span.trace().equals(trace)).toList();
  }

  private void receive(HttpExchange exchange) throws IOException {
    try (exchange) {
      ExportTraceServiceRequest request =
          ExportTraceServiceRequest.parseFrom(exchange.getRequestBody());
      request.getResourceSpansList().forEach(this::take);
      byte[] reply = ExportTraceServiceResponse.getDefaultInstance().toByteArray();
      exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, reply.length == 0 ? -1 : reply.length);
    }
  }

  private void take(ResourceSpans resource) {
    String service = details(resource.getResource().getAttributesList()).get("service.name");
    for (ScopeSpans scope : resource.getScopeSpansList()) {
      scope.getSpansList().forEach(span -> spans.add(received(service, span)));
    }
  }

  private static Received received(String service, Span span) {
    HexFormat hex = HexFormat.of();
    return new Received(
        service,
        span.getName(),
        hex.formatHex(span.getTraceId().toByteArray()),
        hex.formatHex(span.getSpanId().toByteArray()),
        hex.formatHex(span.getParentSpanId().toByteArray()),
        span.getKind(),
        span.getStartTimeUnixNano(),
        span.getEndTimeUnixNano(),
        span.getLinksList().stream()
            .map(link -> hex.formatHex(link.getSpanId().toByteArray()))
            .toList(),
        details(span.getAttributesList()),
        span.getStatus().getCode()
            == io.opentelemetry.proto.trace.v1.Status.StatusCode.STATUS_CODE_ERROR);
  }

  private static Map<String, String> details(List<KeyValue> attributes) {
    return attributes.stream()
        .collect(
            Collectors.toMap(
                KeyValue::getKey,
                each ->
                    each.getValue().hasStringValue()
                        ? each.getValue().getStringValue()
                        : Long.toString(each.getValue().getIntValue())));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
