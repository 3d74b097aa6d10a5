package dev.cohort.benchmarks.faults;

import dev.cohort.benchmarks.stage.Stage;
import dev.cohort.cli.CommandException;
import dev.cohort.cli.replay.Caller;
import dev.cohort.cli.replay.GrpcCaller;
import dev.cohort.cli.replay.Load;
import dev.cohort.cli.replay.Measured;
import dev.cohort.cli.replay.Replay;
import dev.cohort.cli.replay.Reply;
import dev.cohort.cli.replay.Schedule;
import dev.cohort.cli.replay.Shape;
import dev.cohort.cli.replay.TextRow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An open loop of single texts at a constant rate, in the background, until it is stopped; every
 * call is kept. Thread-safe.
 */
final class SteadyLoad implements AutoCloseable {
  private static final int CONNECTIONS = 2;
  private static final int MOST_IN_FLIGHT = 4096;
  private static final long SEED = 7;

  /** No bench takes longer with one load. */
  private static final Duration LONGEST = Duration.ofHours(1);

  private static final Duration GRACE = Duration.ofSeconds(5);

  private final Duration deadline;
  private final GrpcCaller caller;
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final FutureTask<Measured> replay;
  // Guarded by this.
  private final List<Call> calls = new ArrayList<>();

  private SteadyLoad(Stage stage, List<TextRow> rows, double rate, Duration deadline) {
    this.deadline = deadline;
    this.caller = GrpcCaller.connect(stage.target(), stage.model(), rows, CONNECTIONS);
    Schedule schedule = Schedule.of(Shape.STEADY.trace(rate, 1, LONGEST), Schedule.Cut.NONE, SEED);
    Load load = new Load(schedule, rows, deadline, deadline, MOST_IN_FLIGHT, SEED);
    this.replay =
        new FutureTask<>(
            () ->
                Replay.run(
                    load, this::call, stopped::get, new Replay.Watcher(LONGEST, progress -> {})));
  }

  /**
   * Sends from now on.
   *
   * @param rate requests per second
   */
  static SteadyLoad start(Stage stage, List<TextRow> rows, double rate, Duration deadline) {
    SteadyLoad load = new SteadyLoad(stage, rows, rate, deadline);
    Thread.ofPlatform().name("steady-load").daemon().start(load.replay);
    return load;
  }

  /** Calls that have ended so far. */
  synchronized List<Call> calls() {
    return List.copyOf(calls);
  }

  /** Lets time go by; fails when the load has ended meanwhile. */
  void goOn(Duration time) throws InterruptedException {
    try {
      replay.get(time.toNanos(), TimeUnit.NANOSECONDS);
      throw CommandException.failure("the load has ended after " + LONGEST);
    } catch (TimeoutException e) {
      // As it should be.
    } catch (ExecutionException e) {
      throw CommandException.failure("the load failed: " + e.getCause(), e);
    }
  }

  /** Sends no more and waits for all answers; tells also what could not be sent. */
  Measured stop() throws InterruptedException {
    stopped.set(true);
    try {
      return replay.get(deadline.plus(GRACE).toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("the load does not end; this is a bug", e);
    }
  }

  @Override
  public void close() {
    stopped.set(true);
    caller.close();
  }

  private void call(int row, Duration left, Caller.Listener listener) {
    long due = System.nanoTime() - deadline.minus(left).toNanos();
    caller.call(row, left, new Recording(due, listener));
  }

  private synchronized void ended(Call call) {
    calls.add(call);
  }

  /** Notes the end of one call and passes it on. */
  private final class Recording implements Caller.Listener {
    private final long due;
    private final Caller.Listener next;

    Recording(long due, Caller.Listener next) {
      this.due = due;
      this.next = next;
    }

    @Override
    public void answered(Reply reply) {
      ended(new Call(due, System.nanoTime() - due, Optional.empty(), reply.degraded()));
      next.answered(reply);
    }

    @Override
    public void refused(String code) {
      ended(new Call(due, System.nanoTime() - due, Optional.of(code), false));
      next.refused(code);
    }
  }
}
