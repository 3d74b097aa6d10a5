package dev.cohort.cli.replay;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A result as JSON, with the keys of {@code docs/replay.md}: times in seconds, rates per second,
 * null where there is nothing to measure. Stateless.
 */
final class ResultJson {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private ResultJson() {}

  /** Writes the file. */
  static void write(ReplayResult result, Path file) throws IOException {
    new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(file.toFile(), object(result));
  }

  /** The whole result. */
  static ObjectNode object(ReplayResult result) {
    Measured measured = result.measured();
    Load load = result.load();
    ObjectNode object = NODES.objectNode();
    object
        .put("trace", result.trace())
        .put("target", result.target())
        .put("model", result.model())
        .put("texts", result.texts())
        .put("seed", load.seed())
        .put("started_at", result.started().toString())
        .put("length_seconds", measured.seconds())
        .put("interrupted", measured.interrupted())
        .put("deadline_seconds", load.deadline().toNanos() / 1e9)
        .put("latency_target_seconds", load.latencyTarget().toNanos() / 1e9)
        .put("max_in_flight", load.maxInFlight())
        .put("planned", measured.planned())
        .put("students_total", measured.studentsTotal());
    number(object, "offered_per_second", measured.offeredRate());
    number(object, "answered_per_second", measured.answeredRate());
    number(object, "in_time_per_second", measured.inTimeRate());
    object.set("send_lag_seconds", quantiles(measured.lag()));
    object.set("total", figures(measured.total()));
    object.put("slot_seconds", measured.slotSeconds());
    for (int slot = 0; slot < measured.timeline().size(); slot++) {
      ObjectNode entry = object.withArray("timeline").addObject();
      entry.put("begin_seconds", slot * measured.slotSeconds());
      entry.setAll(figures(measured.timeline().get(slot)));
    }
    return object;
  }

  private static ObjectNode figures(Figures figures) {
    ObjectNode object = NODES.objectNode();
    object
        .put("offered", figures.offered())
        .put("sent", figures.sent())
        .put("answered", figures.answered())
        .put("in_time", figures.inTime());
    object.set("refused", counts(figures.refused()));
    object.set("not_sent", counts(figures.notSent()));
    object.set("latency_seconds", quantiles(figures.latency()));
    number(object, "students_mean", figures.meanStudents());
    object.set("students", counts(figures.students()));
    object
        .put("pruned", figures.pruned())
        .put("degraded", figures.degraded())
        .put("labelled", figures.labelled())
        .put("correct", figures.correct());
    number(object, "accuracy", figures.accuracy());
    return object;
  }

  private static ObjectNode counts(Map<?, Long> counts) {
    ObjectNode object = NODES.objectNode();
    counts.forEach((name, count) -> object.put(name.toString(), count));
    return object;
  }

  private static ObjectNode quantiles(Quantiles times) {
    ObjectNode object = NODES.objectNode();
    object.put("count", times.count());
    number(object, "mean", times.mean());
    number(object, "p50", times.p50());
    number(object, "p90", times.p90());
    number(object, "p95", times.p95());
    number(object, "p99", times.p99());
    number(object, "p999", times.p999());
    number(object, "max", times.max());
    return object;
  }

  private static void number(ObjectNode object, String key, double value) {
    if (Double.isFinite(value)) {
      object.put(key, value);
    } else {
      object.putNull(key);
    }
  }
}
