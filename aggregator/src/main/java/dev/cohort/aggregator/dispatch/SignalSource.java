package dev.cohort.aggregator.dispatch;

import com.google.protobuf.Timestamp;
import dev.cohort.aggregator.NanoClock;
import dev.cohort.protocol.burst.v1.WatchResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Tells listeners the state of all models and seats: at once when they come, soon after a change,
 * and every now and then. Changes shortly after each other are told together. Costs nothing without
 * listeners. Owned by the dispatch thread.
 */
final class SignalSource {
  /** The state that is told. */
  interface State {
    /** Writes models and seats into a message. */
    void report(WatchResponse.Builder into);

    /** What listeners are told of soon when it is another than before. */
    Object condition();

    /** Whether the load is such that listeners want to follow it more closely. */
    boolean isBurst();
  }

  /** Two messages are at least this far apart, unless a listener comes. */
  private static final long SPACING_NANOS = Duration.ofMillis(20).toNanos();

  /** Half of what is promised, so that a late tick breaks no promise. */
  private static final long PERIOD_NANOS = Duration.ofMillis(500).toNanos();

  /** In a burst figures are old sooner, and somebody may be waiting to add seats. */
  private static final long BURST_PERIOD_NANOS = Duration.ofMillis(200).toNanos();

  private final State state;
  private final OwnerThread owner;
  private final NanoClock clock;
  private final Clock wallClock;
  private final String id = UUID.randomUUID().toString();
  private final long startNanos;
  private final Set<SignalListener> listeners = new LinkedHashSet<>();
  private Object condition = "";
  private long sequence;
  private long toldNanos;
  private boolean pending;

  SignalSource(State state, OwnerThread owner, NanoClock clock, Clock wallClock) {
    this.state = state;
    this.owner = owner;
    this.clock = clock;
    this.wallClock = wallClock;
    this.startNanos = clock.nanoTime();
    this.toldNanos = startNanos;
  }

  /** Begins to tell a listener. */
  void add(SignalListener listener) {
    listeners.add(listener);
    listener.signals(message());
  }

  void remove(SignalListener listener) {
    listeners.remove(listener);
  }

  /** Something changed that listeners should know. */
  void changed() {
    if (!pending && !listeners.isEmpty()) {
      pending = true;
      long wait = SPACING_NANOS - (clock.nanoTime() - toldNanos);
      owner.schedule(this::tell, Math.max(0, wait), TimeUnit.NANOSECONDS);
    }
  }

  /** Time went by. */
  void tick() {
    if (listeners.isEmpty()) {
      return;
    }
    Object now = state.condition();
    long period = state.isBurst() ? BURST_PERIOD_NANOS : PERIOD_NANOS;
    if (!now.equals(condition) || clock.nanoTime() - toldNanos >= period) {
      condition = now;
      changed();
    }
  }

  private void tell() {
    pending = false;
    toldNanos = clock.nanoTime();
    if (!listeners.isEmpty()) {
      WatchResponse message = message();
      listeners.forEach(listener -> listener.signals(message));
    }
  }

  private WatchResponse message() {
    Instant time = wallClock.instant();
    WatchResponse.Builder message =
        WatchResponse.newBuilder()
            .setAggregatorId(id)
            .setSequence(++sequence)
            .setTime(
                Timestamp.newBuilder().setSeconds(time.getEpochSecond()).setNanos(time.getNano()))
            .setUptimeMicros(TimeUnit.NANOSECONDS.toMicros(clock.nanoTime() - startNanos));
    state.report(message);
    return message.build();
  }
}
