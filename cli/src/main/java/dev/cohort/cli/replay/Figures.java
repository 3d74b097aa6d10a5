package dev.cohort.cli.replay;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What happened to the requests of some stretch of time. Immutable.
 *
 * @param offered requests whose time came
 * @param sent requests that were sent
 * @param answered answers with status OK; in a timeline those that came in this stretch, whenever
 *     their request was due; all other figures are of the requests that were due in it
 * @param inTime answers within the latency target
 * @param refused requests that ended with another status, by code
 * @param notSent requests that were not sent, by reason
 * @param latency from the time at which a request was due to its answer; answers only
 * @param students answers by number of students that took part
 * @param pruned answers for which fewer students were chosen than there are
 * @param degraded answers with fewer students than were chosen
 * @param labelled answers whose right label is known
 * @param correct those among them with the right label
 */
public record Figures(
    long offered,
    long sent,
    long answered,
    long inTime,
    SortedMap<String, Long> refused,
    SortedMap<String, Long> notSent,
    Quantiles latency,
    SortedMap<Integer, Long> students,
    long pruned,
    long degraded,
    long labelled,
    long correct) {
  /** Copies the maps. */
  public Figures {
    refused = Collections.unmodifiableSortedMap(new TreeMap<>(refused));
    notSent = Collections.unmodifiableSortedMap(new TreeMap<>(notSent));
    students = Collections.unmodifiableSortedMap(new TreeMap<>(students));
  }

  /** Requests that ended with another status than OK. */
  public long allRefused() {
    return sum(refused);
  }

  /** Requests that were not sent. */
  public long allNotSent() {
    return sum(notSent);
  }

  /** Mean number of students of an answer; NaN when no answer tells. */
  public double meanStudents() {
    double used =
        students.entrySet().stream().mapToDouble(entry -> entry.getKey() * entry.getValue()).sum();
    return used / sum(students);
  }

  /** Share of right labels; NaN when none is known. */
  public double accuracy() {
    return (double) correct / labelled;
  }

  private static long sum(Map<?, Long> counts) {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }
}
