package dev.cohort.cli.replay;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Calls before a replay, whose answers do not count: they open the connections and warm this
 * process, which would else be measured in place of the server.
 */
final class WarmUp {
  /** Enough to use every connection, too few to fill a queue. */
  private static final int IN_FLIGHT = 8;

  /** A server that answers slowly shall not hold up the replay. */
  private static final Duration LIMIT = Duration.ofSeconds(5);

  private WarmUp() {}

  /** Returns when all calls have ended, or the time for it has. */
  static void run(Load load, Caller caller, int calls) throws InterruptedException {
    Semaphore free = new Semaphore(IN_FLIGHT);
    long end = System.nanoTime() + LIMIT.toNanos();
    for (int call = 0; call < calls; call++) {
      if (!free.tryAcquire(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        break;
      }
      caller.call(call % load.rows().size(), load.deadline(), new Release(free));
    }
    free.tryAcquire(IN_FLIGHT, Sender.drain(load).toNanos(), TimeUnit.NANOSECONDS);
  }

  private record Release(Semaphore free) implements Caller.Listener {
    @Override
    public void answered(Reply reply) {
      free.release();
    }

    @Override
    public void refused(String code) {
      free.release();
    }
  }
}
