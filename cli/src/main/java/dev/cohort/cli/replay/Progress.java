package dev.cohort.cli.replay;

import dev.cohort.cli.Units;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How far a replay is.
 *
 * @param elapsed since the begin
 * @param length of the whole replay
 * @param total all requests so far
 * @param recent those since the last look
 * @param inFlight calls that wait for their answers
 */
public record Progress(
    Duration elapsed, Duration length, Figures total, Figures recent, int inFlight) {

  /** One line for people; times and students are those since the last look. */
  public String line() {
    StringBuilder line = new StringBuilder();
    line.append(
        String.format(
            Locale.ROOT,
            "%,8d sent %,8d answered  in flight %d  refused %s",
            total.sent(),
            total.answered(),
            inFlight,
            byName(total.refused())));
    if (total.allNotSent() > 0) {
      line.append("  not sent ").append(byName(total.notSent()));
    }
    line.append("  p50 ").append(Units.time(recent.latency().p50()));
    line.append("  p99 ").append(Units.time(recent.latency().p99()));
    if (!recent.students().isEmpty()) {
      line.append(String.format(Locale.ROOT, "  students %.1f", recent.meanStudents()));
    }
    long left = Math.max(0, length.minus(elapsed).toSeconds());
    return line.append("  ").append(left).append(" s left").toString();
  }

  private static String byName(Map<String, Long> counts) {
    return counts.isEmpty()
        ? "0"
        : counts.entrySet().stream()
            .map(entry -> String.format(Locale.ROOT, "%,d %s", entry.getValue(), entry.getKey()))
            .collect(Collectors.joining(", "));
  }
}
