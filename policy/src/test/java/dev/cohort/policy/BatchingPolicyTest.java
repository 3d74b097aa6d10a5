package dev.cohort.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cohort.policy.BatchingPolicy.Mode;
import dev.cohort.policy.BatchingPolicy.Queue;
import dev.cohort.policy.BatchingPolicy.Settings;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BatchingPolicyTest {

  private static final long MILLI = 1_000_000;
  private static final long FAR = 10_000 * MILLI;

  private static BatchingPolicy policy(Mode mode, long windowMillis, long targetMillis) {
    return new BatchingPolicy(new Settings(mode, windowMillis * MILLI, targetMillis * MILLI));
  }

  private static Queue waiting(long ageMillis, long batchMillis) {
    return new Queue(false, ageMillis * MILLI, FAR, batchMillis * MILLI, 0);
  }

  @Test
  void hungryNeverWaitsWhileALaneIsIdle() {
    var hungry = policy(Mode.HUNGRY, 20, 100);
    assertThat(hungry.waitNanos(waiting(0, 1))).isZero();
  }

  @Test
  void batchLeavesJustBeforeALaneIsIdle() {
    for (Mode mode : Mode.values()) {
      var policy = policy(mode, 5, 100);
      assertThat(policy.waitNanos(new Queue(false, 50 * MILLI, FAR, 0, 7 * MILLI)))
          .isEqualTo(5 * MILLI);
      assertThat(policy.waitNanos(new Queue(false, 50 * MILLI, FAR, 0, 2 * MILLI))).isZero();
      assertThat(policy.waitNanos(new Queue(true, 0, FAR, 0, 7 * MILLI))).isZero();
    }
  }

  @Test
  void lazyFollowsTheWindow() {
    new Timeline(policy(Mode.LAZY, 20, 100))
        .at(0)
        .batch(5)
        .expectWait(20)
        .at(5)
        .batch(7)
        .expectWait(15)
        .at(19)
        .batch(8)
        .expectWait(1)
        .at(20)
        .batch(8)
        .expectWait(0)
        .at(25)
        .batch(8)
        .expectWait(0);
  }

  @Test
  void lazyLeavesWhenHalfTheTargetWouldBeUsedUp() {
    new Timeline(policy(Mode.LAZY, 1_000, 100))
        .at(0)
        .batch(10)
        .expectWait(40)
        .at(10)
        .batch(20)
        .expectWait(20)
        .at(15)
        .batch(35)
        .expectWait(0)
        .at(15)
        .batch(80)
        .expectWait(0);
  }

  @Test
  void lazyLeavesWhenTheBatchIsFull() {
    assertThat(policy(Mode.LAZY, 20, 100).waitNanos(new Queue(true, 0, FAR, 0, 0))).isZero();
  }

  @Test
  void lazyMindsTheNearestDeadline() {
    var lazy = policy(Mode.LAZY, 20, 100);
    assertThat(lazy.waitNanos(new Queue(false, 0, 12 * MILLI, 2 * MILLI, 0))).isEqualTo(8 * MILLI);
    assertThat(lazy.waitNanos(new Queue(false, 0, 4 * MILLI, 2 * MILLI, 0))).isZero();
  }

  @Test
  void unknownBatchTimeCountsAsNone() {
    assertThat(policy(Mode.LAZY, 20, 100).waitNanos(new Queue(false, 0, FAR, -1, 0)))
        .isEqualTo(20 * MILLI);
  }

  @Test
  void waitEndsByItselfAndNeverPassesTheBounds() {
    var random = new Random(7);
    for (int trial = 0; trial < 10_000; trial++) {
      long window = random.nextLong(50);
      long target = random.nextLong(1, 200);
      var lazy = policy(Mode.LAZY, window, target);
      var queue =
          new Queue(
              false,
              random.nextLong(100) * MILLI,
              random.nextLong(300) * MILLI,
              random.nextLong(60) * MILLI,
              0);
      long wait = lazy.waitNanos(queue);

      assertThat(wait).isBetween(0L, window * MILLI);
      if (wait > 0) {
        assertThat(queue.ageNanos() + wait + queue.batchNanos())
            .isLessThanOrEqualTo(target * MILLI / 2);
        assertThat(wait + 2 * queue.batchNanos()).isLessThanOrEqualTo(queue.leftNanos());
        var later =
            new Queue(
                false, queue.ageNanos() + wait, queue.leftNanos() - wait, queue.batchNanos(), 0);
        assertThat(lazy.waitNanos(later)).isZero();
      }
    }
  }

  @Test
  void refusesSettingsOutOfRange() {
    assertThatThrownBy(() -> new Settings(Mode.LAZY, -1, 1)).hasMessageContaining("window -1 ns");
    assertThatThrownBy(() -> new Settings(Mode.LAZY, 1, 0)).hasMessageContaining("target 0 ns");
  }

  /** A table of ages and predicted batch times in milliseconds. */
  private static final class Timeline {
    private final BatchingPolicy policy;
    private long age;
    private long batch;

    Timeline(BatchingPolicy policy) {
      this.policy = policy;
    }

    Timeline at(long ageMillis) {
      age = ageMillis;
      return this;
    }

    Timeline batch(long millis) {
      batch = millis;
      return this;
    }

    Timeline expectWait(long millis) {
      assertThat(policy.waitNanos(waiting(age, batch)))
          .as("age %d ms, batch %d ms", age, batch)
          .isEqualTo(millis * MILLI);
      return this;
    }
  }
}
