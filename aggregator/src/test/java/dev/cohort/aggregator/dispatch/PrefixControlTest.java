package dev.cohort.aggregator.dispatch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.cohort.aggregator.TinyPackage;
import dev.cohort.policy.PrefixPolicy;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Decisions in a time that the test makes; times in milliseconds. */
class PrefixControlTest {
  private final PrefixControl control = control(100);

  private static PrefixSettings settings(double points) {
    return new PrefixSettings(Duration.ofMillis(50), Duration.ofMillis(100), points, 1, 64);
  }

  private static PrefixControl control(double points) {
    PrefixSettings settings = settings(points);
    return new PrefixControl(settings.policy(), settings.bounds(TinyPackage.open().manifest()), 0);
  }

  private int decide(long millis, double queuedMillis, int lanes) {
    return control.decide(
        new Workload(0, 1000 * queuedMillis, lanes), Duration.ofMillis(millis).toNanos());
  }

  @Test
  void dropsAtOnceAndRestoresOneByOne() {
    assertEquals(3, decide(0, 1, 1));
    assertEquals(1, decide(1, 40, 1));
    assertEquals(1, decide(2, 0, 1));
    assertEquals(1, decide(101, 0, 1));
    assertEquals(2, decide(102, 0, 1));
    assertEquals(2, decide(201, 0, 1));
    assertEquals(3, decide(202, 0, 1));
  }

  @Test
  void moreLanesDrainSooner() {
    assertEquals(3, decide(0, 40, 4));
  }

  @Test
  void withoutLanesThePrefixHolds() {
    assertEquals(3, decide(0, 1e6, 0));
  }

  @Test
  void arrivalRateKeepsStudentsAway() {
    for (int millis = 0; millis < 4000; millis++) {
      control.arrived(600, Duration.ofMillis(millis).toNanos());
      decide(millis, millis < 2000 ? 100 : 0, 1);
    }
    assertEquals(1, control.prefix());
    assertEquals(3, decideUntilCalm());
  }

  private int decideUntilCalm() {
    for (int millis = 4000; millis < 8000; millis += 50) {
      decide(millis, 0, 1);
    }
    return control.prefix();
  }

  @Test
  void floorComesFromTheQualityOfThePackage() {
    assertEquals(3, control(1).min());
    assertEquals(2, control(5).min());
    assertEquals(1, control(15).min());
    PrefixPolicy.Bounds bounds =
        new PrefixSettings(Duration.ofMillis(50), Duration.ZERO, 0, 1, 2)
            .bounds(TinyPackage.open().manifest());
    assertEquals(2, bounds.min());
    assertEquals(2, bounds.max());
  }
}
