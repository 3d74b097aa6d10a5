package dev.cohort.cli.replay;

import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Sends each request when it is due, whatever became of those before it: an open loop. What cannot
 * be sent is counted and left out; nothing is ever sent later to make up for a slow server. The
 * deadline of a call and its latency count from the time at which it was due.
 *
 * <p>{@link #run} belongs to one thread; answers may come on any.
 */
final class Sender {
  /** Reason: as many calls as allowed wait for their answers. */
  static final String IN_FLIGHT_LIMIT = "in_flight_limit";

  /** Reason: the deadline had passed before it could be sent; this machine is too slow. */
  static final String LATE = "late";

  private static final String DEADLINE_EXCEEDED = Status.Code.DEADLINE_EXCEEDED.name();

  /** How soon a wish to stop is seen. */
  private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  /** Beyond the deadline, after which every call has ended. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private final Load load;
  private final Caller caller;
  private final Tally tally;
  private final Pacer pacer;
  private final BooleanSupplier stopped;
  private final long begin;
  private final Semaphore free;

  /**
   * A sender whose replay begins now.
   *
   * @param stopped asked now and then; true ends the sending
   */
  Sender(Load load, Caller caller, Tally tally, Pacer pacer, BooleanSupplier stopped) {
    this.load = load;
    this.caller = caller;
    this.tally = tally;
    this.pacer = pacer;
    this.stopped = stopped;
    this.begin = pacer.nanos();
    this.free = new Semaphore(load.maxInFlight());
  }

  /** How long after a replay's end an answer can still come. */
  static Duration drain(Load load) {
    return load.deadline().plus(GRACE);
  }

  /** Nanoseconds since the begin. */
  long elapsed() {
    return pacer.nanos() - begin;
  }

  /** Calls that wait for their answers. */
  int inFlight() {
    return load.maxInFlight() - free.availablePermits();
  }

  /** Sends everything, or as much as there is time for until it is stopped. */
  void run() {
    List<TextRow> rows = load.rows();
    SplittableRandom random = new SplittableRandom(load.seed());
    for (int request = 0; request < load.schedule().requests(); request++) {
      long due = load.schedule().sendNanos(request);
      if (!await(due)) {
        return;
      }
      send(due, random.nextInt(rows.size()));
    }
    await(load.schedule().length().toNanos());
  }

  /** Waits until all calls have ended. */
  void drain() throws InterruptedException {
    if (!free.tryAcquire(load.maxInFlight(), drain(load).toNanos(), TimeUnit.NANOSECONDS)) {
      throw new IllegalStateException(inFlight() + " calls outlived their deadline; this is a bug");
    }
  }

  private boolean await(long time) {
    for (long left = time - elapsed(); left > 0; left = time - elapsed()) {
      if (stopped.getAsBoolean()) {
        return false;
      }
      pacer.await(pacer.nanos() + Math.min(left, WAIT_NANOS));
    }
    return !stopped.getAsBoolean();
  }

  private void send(long due, int row) {
    tally.offered(due);
    long now = elapsed();
    Duration left = load.deadline().minusNanos(now - due);
    if (!left.isPositive()) {
      tally.notSent(due, LATE);
    } else if (!free.tryAcquire()) {
      tally.notSent(due, IN_FLIGHT_LIMIT);
    } else {
      tally.sent(due, now);
      caller.call(row, left, new Call(due, load.rows().get(row).label()));
    }
  }

  /** One call on its way. */
  private final class Call implements Caller.Listener {
    private final long due;
    private final Optional<String> right;

    private Call(long due, Optional<String> right) {
      this.due = due;
      this.right = right;
    }

    @Override
    public void answered(Reply reply) {
      long now = elapsed();
      if (now - due > load.deadline().toNanos()) {
        // The answer was faster than the timer that should have ended the call.
        tally.refused(due, DEADLINE_EXCEEDED);
      } else {
        tally.answered(due, now, reply, right);
      }
      free.release();
    }

    @Override
    public void refused(String code) {
      tally.refused(due, code);
      free.release();
    }
  }
}
