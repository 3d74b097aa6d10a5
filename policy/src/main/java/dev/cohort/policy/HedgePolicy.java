package dev.cohort.policy;

/**
 * Whether work that a silent seat has not answered is also given to another one.
 *
 * <p>A copy costs engine time. While there is plenty, each piece is copied as soon as its seat is
 * silent for too long. Under load, copies would slow down everybody else, perhaps for a seat that
 * is only late; then only such work is copied that
 *
 * <ul>
 *   <li>would miss its deadline if it were left until this is asked again: {@code left <= margin x
 *       redo + pause}; or
 *   <li>is with a seat that has been silent for so long that it must have stopped: what it has
 *       would otherwise be lost, and it computes nothing that the copy repeats.
 * </ul>
 *
 * Stateless, thread-safe.
 */
public final class HedgePolicy {

  /** A copy is sent while there is time for it and as much again. */
  private static final double MARGIN = 2;

  /**
   * @param below utilisation of the other seats below which everything is copied, at least 0
   * @param stoppedNanos a seat that is silent for this long has stopped
   * @param pauseNanos how long it may take at most until the same work is asked about again
   */
  public record Settings(double below, long stoppedNanos, long pauseNanos) {
    public Settings {
      if (!(below >= 0) || stoppedNanos < 0 || pauseNanos < 0) {
        throw new IllegalArgumentException(
            "hedge settings out of range: below %s, stopped after %d ns, asked each %d ns"
                .formatted(below, stoppedNanos, pauseNanos));
      }
    }
  }

  /**
   * One piece of work at a seat that is silent for too long.
   *
   * @param silentNanos since the seat last answered anything
   * @param leftNanos until the work's deadline
   * @param redoNanos predicted time until another seat has done it, its backlog included; negative
   *     or not known: 0
   */
  public record Late(long silentNanos, long leftNanos, long redoNanos) {}

  private final Settings settings;

  public HedgePolicy(Settings settings) {
    this.settings = settings;
  }

  /**
   * @param utilisation share of the other seats' capacity that the present arrival rate uses; not a
   *     number: unknown, and nothing speaks against a copy
   */
  public boolean copies(double utilisation, Late late) {
    boolean idle = !(utilisation >= settings.below());
    double needed = MARGIN * Math.max(0, late.redoNanos()) + settings.pauseNanos();
    boolean lastChance = late.leftNanos() <= needed;
    boolean stopped = late.silentNanos() >= settings.stoppedNanos();
    return idle || lastChance || stopped;
  }
}
