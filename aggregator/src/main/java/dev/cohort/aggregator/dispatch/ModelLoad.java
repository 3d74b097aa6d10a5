package dev.cohort.aggregator.dispatch;

import dev.cohort.protocol.burst.v1.ModelSignals;
import dev.cohort.protocol.burst.v1.Offered;
import java.time.Duration;

/**
 * The load of one model as burst signals tell it: smoothed rates of what comes, and whether there
 * is a burst. Owned by the dispatch thread, but for {@link #traffic}.
 */
final class ModelLoad {
  /** How long an arrival counts in the rates. */
  private static final Duration MEMORY = Duration.ofSeconds(1);

  private final Traffic traffic;
  private final SmoothedRate requests;
  private final SmoothedRate rows;
  private final SmoothedRate tokens;
  private final SmoothedRate micros;
  private final Runnable changed;
  private int prefix;
  private boolean burst;

  /**
   * @param changed runs on the dispatch thread when the prefix changes, a burst begins or ends
   */
  ModelLoad(int prefix, Runnable changed, long nowNanos) {
    this.prefix = prefix;
    this.changed = changed;
    this.traffic = new Traffic(MEMORY, nowNanos);
    this.requests = new SmoothedRate(MEMORY, nowNanos);
    this.rows = new SmoothedRate(MEMORY, nowNanos);
    this.tokens = new SmoothedRate(MEMORY, nowNanos);
    this.micros = new SmoothedRate(MEMORY, nowNanos);
  }

  /** What became of the requests. Thread-safe. */
  Traffic traffic() {
    return traffic;
  }

  /** A request's rows came in; {@code studentMicros} is one student's predicted time for them. */
  void arrived(Job job, double studentMicros, long nowNanos) {
    traffic.admitted();
    requests.add(1, nowNanos);
    rows.add(job.rows().size(), nowNanos);
    tokens.add(job.tokens(), nowNanos);
    micros.add(studentMicros, nowNanos);
  }

  /** The prefix was decided anew. */
  void decided(int prefixNow, boolean burstNow) {
    if (prefixNow != prefix || burstNow != burst) {
      prefix = prefixNow;
      burst = burstNow;
      changed.run();
    }
  }

  /** As it was decided last. */
  boolean isBurst() {
    return burst;
  }

  /** Time went by. */
  void sample(long nowNanos) {
    traffic.sample(nowNanos);
  }

  /**
   * Writes the load into a message.
   *
   * @param measured whether predicted times rest on measured costs
   */
  void report(ModelSignals.Builder into, boolean measured, long nowNanos) {
    into.setPrefix(prefix)
        .setBurst(burst)
        .setOffered(offered(measured, nowNanos))
        .setPerSecond(traffic.perSecond(nowNanos))
        .setTotal(traffic.total());
  }

  private Offered offered(boolean measured, long nowNanos) {
    double arrivedRows = rows.perSecond(nowNanos);
    double offeredRows = arrivedRows + traffic.refusedRowsPerSecond(nowNanos);
    double excess = arrivedRows > 0 ? offeredRows / arrivedRows : 0;
    Offered.Builder offered =
        Offered.newBuilder()
            .setRequestsPerSecond(requests.perSecond(nowNanos) + traffic.refusedPerSecond(nowNanos))
            .setRowsPerSecond(offeredRows)
            .setTokensPerSecond(tokens.perSecond(nowNanos) * excess);
    if (measured) {
      offered.setStudentMicrosPerSecond(micros.perSecond(nowNanos) * excess);
    }
    return offered.build();
  }
}
