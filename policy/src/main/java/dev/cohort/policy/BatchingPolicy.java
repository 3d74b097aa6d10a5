package dev.cohort.policy;

/**
 * When the next batch leaves, given that a seat takes one.
 *
 * <p>Hungry: at once where a lane is idle. While all are busy a batch that is not full waits until
 * just before the first of them has done its work, so that it is there in time and no row is bound
 * to a batch before it must be. Lazy, after TurboTransformers (arXiv 2010.05680, section 5): when
 * the rows that wait fill a batch, when the oldest has waited for the window, when waiting longer
 * would use up half of the latency target, or when the nearest deadline leaves time for the batch
 * and as much again:
 *
 * <pre>wait = min(window - age, target / 2 - batch - age, left - 2 x batch)</pre>
 *
 * Lazy trades latency in calm for fewer and larger batches; it pays where a batch costs much beside
 * its rows, as on GPUs. Stateless, thread-safe.
 */
public final class BatchingPolicy {

  /** Whether a batch waits for more rows while a lane is free. */
  public enum Mode {
    HUNGRY,
    LAZY
  }

  /**
   * @param windowNanos how long the oldest row waits for others at most; not used when hungry
   * @param targetNanos latency target
   */
  public record Settings(Mode mode, long windowNanos, long targetNanos) {
    public Settings {
      if (windowNanos < 0 || targetNanos < 1) {
        throw new IllegalArgumentException(
            "batching settings out of range: window %d ns, target %d ns"
                .formatted(windowNanos, targetNanos));
      }
    }
  }

  /**
   * What waits.
   *
   * @param full the rows fill a batch
   * @param ageNanos since the oldest row came
   * @param leftNanos until the nearest deadline
   * @param batchNanos predicted time of the batch; negative or not known: 0
   * @param busyNanos predicted time until a lane is idle
   */
  public record Queue(
      boolean full, long ageNanos, long leftNanos, long batchNanos, long busyNanos) {}

  /** How long before a lane is idle its next batch leaves; predictions are not exact. */
  public static final long AHEAD_NANOS = 2_000_000;

  private final Settings settings;

  public BatchingPolicy(Settings settings) {
    this.settings = settings;
  }

  /** How long the next batch should wait for more rows, at least 0; 0: it leaves now. */
  public long waitNanos(Queue queue) {
    if (queue.full()) {
      return 0;
    }
    long forLane = Math.max(0, queue.busyNanos() - AHEAD_NANOS);
    if (settings.mode() == Mode.HUNGRY) {
      return forLane;
    }
    long batch = Math.max(0, queue.batchNanos());
    long forWindow = settings.windowNanos() - queue.ageNanos();
    long forTarget = settings.targetNanos() / 2 - batch - queue.ageNanos();
    long forDeadline = queue.leftNanos() - 2 * batch;
    return Math.max(forLane, Math.min(forWindow, Math.min(forTarget, forDeadline)));
  }
}
