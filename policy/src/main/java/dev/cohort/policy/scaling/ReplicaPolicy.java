package dev.cohort.policy.scaling;

import dev.cohort.policy.scaling.BurstSignal.Absent;
import dev.cohort.policy.scaling.BurstSignal.Fresh;
import dev.cohort.policy.scaling.BurstSignal.Stale;
import dev.cohort.policy.scaling.ScalingSettings.Pace;

/**
 * How many seats an ensemble has: enough for the load with all students, at the target utilisation.
 *
 * <pre>
 * need(work) = work / (seat capacity x target)
 * work       = max(offered, utilisation x ready x seat capacity)
 *
 * up    when max(urgent, panic, stable) > desired x (1 + dead), to that need rounded up
 * down  when max(panic, stable) <= m x (1 - dead) for an m < desired, to the smallest such m
 *
 * stable = need of the mean over the stable window
 * panic  = need of the mean over the panic window, in a panic only
 * urgent = (work of the newest sample + what waits / panic window) / seat capacity,
 *          in a burst only
 * </pre>
 *
 * <ul>
 *   <li>A burst (students are dropped, or would have to be) that needs more seats, or a panic
 *       window above {@code panic x desired}, is a panic. It lasts until a stable window without
 *       another.
 *   <li>One sample asks for no headroom beyond itself: with noise of 25 % around a target of 0.7
 *       about every twentieth sample is a burst, and each would add half the seats once more. The
 *       panic window adds the headroom within seconds when the load stays.
 *   <li>What waits counts as work to be done within a panic window, but not while seats start: they
 *       are capacity to come, and a queue that grows meanwhile asks for no more.
 *   <li>Seats go only outside of a panic, when the stable window is three quarters full, a dwell
 *       after the last change, and within the flap budget ({@link Turns}), which more seats never
 *       wait for.
 *   <li>Stale signals change nothing. Without signals there are at least the fallback seats.
 *   <li>Seats outside of the bounds are brought inside at once, except when paused or external.
 * </ul>
 *
 * Stateless, thread-safe; the state is a value that the caller keeps.
 */
public final class ReplicaPolicy {
  /** Above the rounding of sums and quotients, far below a seat that matters. */
  private static final double ROUNDING = 1e-9;

  /**
   * What a decision is about.
   *
   * @param signal what is known of the load
   * @param seats seats that there are
   * @param bounds seats that are allowed
   * @param mode who decides
   * @param paused nothing may be changed
   */
  public record Situation(
      BurstSignal signal, Seats seats, SeatBounds bounds, ScalingMode mode, boolean paused) {}

  /**
   * @param seats seats to ask for
   * @param advised seats that the load asks for within bounds and pace; equal to {@code seats} but
   *     in {@link ScalingMode#ADVISORY} and {@link ScalingMode#EXTERNAL}
   * @param writes whether {@code seats} is to be written at all
   * @param reason of the decision
   * @param next state for the next decision
   */
  public record Decision(
      int seats, int advised, boolean writes, ScalingReason reason, ScalingState next) {}

  /** Seats, fractional, that the windows and the newest sample ask for. */
  private record Needs(double stable, double panic, double urgent) {
    double most() {
      return Math.max(Math.max(stable, panic), urgent);
    }
  }

  private final ScalingSettings settings;

  public ReplicaPolicy(ScalingSettings settings) {
    this.settings = settings;
  }

  /** The state of somebody who begins to watch now: seats go a dwell from now at the earliest. */
  public ScalingState start(long now) {
    return ScalingState.of(settings.windows().stableSeconds(), now);
  }

  /**
   * @param state of the last decision, or {@link #start}; another stable window than it was made
   *     with begins empty
   * @param now nanoseconds of the caller's monotonic clock
   */
  public Decision decide(ScalingState state, Situation situation, long now) {
    ScalingState seen =
        observe(state.over(settings.windows().stableSeconds(), now), situation, now);
    int desired = situation.seats().desired();
    if (situation.paused()) {
      return unwritten(desired, ScalingReason.PAUSED, seen);
    }
    int allowed = situation.bounds().clamp(desired);
    return switch (situation.mode()) {
      case EXTERNAL -> {
        int advised = automatic(seen, situation, now).seats();
        yield new Decision(desired, advised, false, ScalingReason.EXTERNAL, seen);
      }
      case OFF -> written(allowed, ScalingReason.OFF, seen);
      case ADVISORY -> {
        int advised = automatic(seen, situation, now).seats();
        yield new Decision(allowed, advised, true, ScalingReason.ADVISORY, seen);
      }
      case AUTO -> automatic(seen, situation, now);
    };
  }

  private ScalingState observe(ScalingState state, Situation situation, long now) {
    return switch (situation.signal()) {
      case Fresh fresh -> watched(state, fresh, situation.seats(), now);
      case Stale(), Absent() -> state.observedNothing(now);
    };
  }

  private ScalingState watched(ScalingState state, Fresh fresh, Seats seats, long now) {
    ScalingState seen = state.observed(work(fresh, seats), now);
    return isPanic(needs(seen, fresh, seats), seats.desired())
        ? seen.panicked(now)
        : seen.calmed(settings.windows().stable().toNanos(), now);
  }

  /**
   * What was offered is predicted; what the seats do is measured, and less when students are
   * dropped. The larger one counts, so that a prediction that is too low does not hold seats back.
   */
  private static double work(Fresh fresh, Seats seats) {
    double used = Math.min(1, fresh.work().utilisation());
    return Math.max(fresh.work().offeredMicros(), used * seats.ready() * fresh.work().seatMicros());
  }

  private Decision automatic(ScalingState state, Situation situation, long now) {
    int desired = situation.seats().desired();
    int allowed = situation.bounds().clamp(desired);
    if (allowed != desired) {
      return written(allowed, ScalingReason.BOUNDS_APPLIED, state.changed(now));
    }
    return switch (situation.signal()) {
      case Stale() -> written(desired, ScalingReason.SIGNALS_STALE_HELD, state);
      case Absent() -> fallback(state, situation, now);
      case Fresh fresh -> measured(state, situation, fresh, now);
    };
  }

  private Decision fallback(ScalingState state, Situation situation, long now) {
    int desired = situation.seats().desired();
    int seats = Math.max(desired, situation.bounds().clamp(situation.bounds().fallback()));
    ScalingState next = seats == desired ? state : state.grown(settings.pace().flapWindow(), now);
    return written(seats, ScalingReason.SIGNALS_ABSENT_FALLBACK, next);
  }

  private Decision measured(ScalingState state, Situation situation, Fresh fresh, long now) {
    int desired = situation.seats().desired();
    Needs needs = needs(state, fresh, situation.seats());
    double most = state.isPanic() ? needs.most() : needs.stable();
    return exceeds(most, desired)
        ? up(state, situation, most, now)
        : down(state, situation, Math.max(needs.panic(), needs.stable()), now);
  }

  private Needs needs(ScalingState state, Fresh fresh, Seats seats) {
    return new Needs(
        need(state.load().mean(settings.windows().stableSeconds()), fresh),
        need(state.load().mean(settings.windows().panicSeconds()), fresh),
        fresh.isBurst() ? urgent(fresh, seats) : 0);
  }

  private boolean isPanic(Needs needs, int desired) {
    return exceeds(needs.urgent(), desired) || needs.panic() >= settings.band().panic() * desired;
  }

  private boolean exceeds(double need, int desired) {
    return need > desired * (1 + settings.band().dead());
  }

  private double urgent(Fresh fresh, Seats seats) {
    double waiting =
        seats.starting() > 0
            ? 0
            : fresh.delay().drainMicros()
                * seats.ready()
                * fresh.work().seatMicros()
                / panicMicros();
    return (work(fresh, seats) + waiting) / fresh.work().seatMicros();
  }

  private double need(double work, Fresh fresh) {
    return work / (fresh.work().seatMicros() * settings.band().target());
  }

  private Decision up(ScalingState state, Situation situation, double need, long now) {
    int desired = situation.seats().desired();
    if (desired == situation.bounds().highest()) {
      return written(desired, situation.bounds().limit(), state);
    }
    Pace pace = settings.pace();
    if (state.sinceUp(now) < pace.dwellUp().toNanos()) {
      return written(desired, ScalingReason.HELD_BY_DWELL, state);
    }
    double step = Math.min(Math.ceil(need - ROUNDING), (double) desired + pace.stepUp());
    return written(
        situation.bounds().clamp(step),
        state.isPanic() ? ScalingReason.PANIC_SCALE_UP : ScalingReason.STABLE_SCALE_UP,
        state.grown(pace.flapWindow(), now));
  }

  private Decision down(ScalingState state, Situation situation, double need, long now) {
    int desired = situation.seats().desired();
    double enough = Math.ceil(need / (1 - settings.band().dead()) - ROUNDING);
    if (enough >= desired) {
      return written(desired, ScalingReason.WITHIN_BAND, state);
    }
    ScalingReason held = holdsDown(state, situation, now);
    if (held != ScalingReason.SCALE_DOWN) {
      return written(desired, held, state);
    }
    Pace pace = settings.pace();
    return written(
        situation.bounds().clamp(Math.max(enough, desired - pace.stepDown())),
        ScalingReason.SCALE_DOWN,
        state.shrunk(pace.flapWindow(), now));
  }

  /** What keeps seats from going, or {@link ScalingReason#SCALE_DOWN}. */
  private ScalingReason holdsDown(ScalingState state, Situation situation, long now) {
    Pace pace = settings.pace();
    int stable = settings.windows().stableSeconds();
    if (situation.seats().desired() == situation.bounds().lowest()) {
      return ScalingReason.AT_MINIMUM;
    }
    if (state.isPanic()) {
      return ScalingReason.HELD_BY_PANIC;
    }
    if (4 * state.load().filled(stable) < 3 * stable) {
      return ScalingReason.HELD_BY_WINDOW;
    }
    if (state.sinceChange(now) < pace.dwellDown().toNanos()) {
      return ScalingReason.HELD_BY_DWELL;
    }
    return state.turns().mayGoDown(pace.flaps(), pace.flapWindow(), now)
        ? ScalingReason.SCALE_DOWN
        : ScalingReason.HELD_BY_FLAP_BUDGET;
  }

  private double panicMicros() {
    return settings.windows().panic().toNanos() / 1e3;
  }

  private static Decision written(int seats, ScalingReason reason, ScalingState next) {
    return new Decision(seats, seats, true, reason, next);
  }

  private static Decision unwritten(int seats, ScalingReason reason, ScalingState next) {
    return new Decision(seats, seats, false, reason, next);
  }
}
