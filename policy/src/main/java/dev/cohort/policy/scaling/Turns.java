package dev.cohort.policy.scaling;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * When the number of seats changed its direction.
 *
 * <p>The budget never stands in the way of more seats: a turn downwards is only made when there is
 * room for it <em>and</em> for the turn upwards that may follow it,
 *
 * <pre>turns in the window + 2 <= flaps</pre>
 *
 * so that no window of this length, wherever it begins, holds more than {@code flaps} turns.
 *
 * @param direction of the last change: 1 up, -1 down, 0 none yet
 * @param times nanoseconds, ascending, at most {@code flaps}
 */
record Turns(int direction, List<Long> times) {
  static final Turns NONE = new Turns(0, List.of());

  Turns {
    times = List.copyOf(times);
  }

  boolean mayGoDown(int flaps, Duration window, long now) {
    return direction <= 0 || within(window, now).size() + 2 <= flaps;
  }

  Turns gone(int towards, Duration window, long now) {
    List<Long> recent = new ArrayList<>(within(window, now));
    if (direction * towards < 0) {
      recent.add(now);
    }
    return new Turns(towards, recent);
  }

  private List<Long> within(Duration window, long now) {
    return times.stream().filter(time -> now - time < window.toNanos()).toList();
  }
}
