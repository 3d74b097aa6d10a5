package dev.cohort.cli.replay;

import dev.cohort.cli.CommandException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Replays a load against a server. Stateless. */
public final class Replay {
  private Replay() {}

  /** Somebody who looks on, at this period. */
  public record Watcher(Duration period, Consumer<Progress> looks) {}

  /**
   * Returns when the load has been sent and everything answered or past its deadline.
   *
   * @param stopped true ends the sending early
   */
  public static Measured run(Load load, Caller caller, BooleanSupplier stopped, Watcher watcher)
      throws InterruptedException {
    Duration length = load.schedule().length();
    Tally tally = new Tally(length, Sender.drain(load), load.latencyTarget());
    Sender sender = new Sender(load, caller, tally, Pacer.SYSTEM, stopped);
    FutureTask<Long> sending =
        new FutureTask<>(
            () -> {
              sender.run();
              return sender.elapsed();
            });
    Thread.ofPlatform().name("replay-sender").daemon().priority(Thread.MAX_PRIORITY).start(sending);
    long ended = watch(sending, sender, tally, length, watcher);
    sender.drain();
    boolean interrupted = ended < length.toNanos();
    long seconds = interrupted ? ended : length.toNanos();
    return new Measured(
        Duration.ofNanos(seconds),
        interrupted,
        load.schedule().requests(),
        tally.total(),
        tally.lag(),
        tally.studentsTotal(),
        tally.width(),
        tally.timeline(Math.max(0, seconds - 1)));
  }

  /** Returns when the sending has ended, and how long that took in nanoseconds. */
  private static long watch(
      FutureTask<Long> sending, Sender sender, Tally tally, Duration length, Watcher watcher)
      throws InterruptedException {
    while (true) {
      try {
        return sending.get(watcher.period().toNanos(), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        watcher
            .looks()
            .accept(
                new Progress(
                    Duration.ofNanos(sender.elapsed()),
                    length,
                    tally.total(),
                    tally.takeRecent(),
                    sender.inFlight()));
      } catch (ExecutionException e) {
        throw CommandException.failure("the sending failed: " + e.getCause(), e);
      }
    }
  }
}
