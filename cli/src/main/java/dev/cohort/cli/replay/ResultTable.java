package dev.cohort.cli.replay;

import dev.cohort.cli.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.stream.Collectors;

/** A result as lines for people. Stateless. */
final class ResultTable {
  private ResultTable() {}

  /** The lines, without line ends. */
  static List<String> lines(ReplayResult result) {
    Measured measured = result.measured();
    Figures total = measured.total();
    List<String> lines = new ArrayList<>();
    lines.add(title(result));
    lines.add(
        row(
            "requests",
            "%,d planned, %,d due, %,d sent",
            measured.planned(),
            total.offered(),
            total.sent()));
    lines.add(
        row(
            "answered",
            "%,d, %s of what was due; %,d within %s, %s",
            total.answered(),
            Units.percent(total.answered(), total.offered()),
            total.inTime(),
            Units.time(result.load().latencyTarget().toNanos() / 1e9),
            Units.percent(total.inTime(), total.offered())));
    lines.add(row("refused", "%s", counts(total.refused())));
    lines.add(row("not sent", "%s", counts(total.notSent())));
    lines.add(
        row(
            "per second",
            "%.1f offered, %.1f answered, %.1f in time",
            measured.offeredRate(),
            measured.answeredRate(),
            measured.inTimeRate()));
    lines.add(row("latency", "%s", quantiles(total.latency())));
    lines.add(row("sent late by", "%s", quantiles(measured.lag())));
    if (!total.students().isEmpty()) {
      lines.add(row("students", "%s", students(measured)));
      lines.add(row("pruned", "%,d; degraded %,d", total.pruned(), total.degraded()));
    }
    if (total.labelled() > 0) {
      lines.add(row("accuracy", "%.4f of %,d answers", total.accuracy(), total.labelled()));
    }
    return lines;
  }

  /** What was replayed, and where. */
  static String title(ReplayResult result) {
    Measured measured = result.measured();
    return String.format(
        Locale.ROOT,
        "%s at %s, model %s, texts of %s, %.1f s%s, seed %d",
        result.trace(),
        result.target(),
        result.model(),
        result.texts(),
        measured.seconds(),
        measured.interrupted() ? " (ended early)" : "",
        result.load().seed());
  }

  private static String row(String name, String format, Object... values) {
    return String.format(Locale.ROOT, "  %-13s", name) + String.format(Locale.ROOT, format, values);
  }

  private static String quantiles(Quantiles times) {
    return String.format(
        "p50 %s  p90 %s  p99 %s  p99.9 %s  max %s",
        Units.time(times.p50()),
        Units.time(times.p90()),
        Units.time(times.p99()),
        Units.time(times.p999()),
        Units.time(times.max()));
  }

  private static String students(Measured measured) {
    Figures total = measured.total();
    long answers = total.students().values().stream().mapToLong(Long::longValue).sum();
    String mean =
        String.format(
            Locale.ROOT, "mean %.2f of %d; ", total.meanStudents(), measured.studentsTotal());
    return total.students().entrySet().stream()
        .map(entry -> "%d: %s".formatted(entry.getKey(), Units.percent(entry.getValue(), answers)))
        .collect(Collectors.joining(", ", mean, ""));
  }

  private static String counts(SortedMap<String, Long> counts) {
    if (counts.isEmpty()) {
      return "0";
    }
    return counts.entrySet().stream().map(ResultTable::count).collect(Collectors.joining(", "));
  }

  private static String count(Map.Entry<String, Long> entry) {
    return String.format(Locale.ROOT, "%,d %s", entry.getValue(), entry.getKey());
  }
}
