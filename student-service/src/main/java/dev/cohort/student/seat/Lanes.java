package dev.cohort.student.seat;

import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/**
 * Where the engine runs. A single lane works on the network thread: while it runs a student there
 * is nothing else that the seat could do, and a batch is run where it is read and answered from
 * there, so that no thread has to wake another one. What comes in meanwhile waits in the kernel and
 * is read before the next student. Several lanes have threads of their own.
 */
sealed interface Lanes extends AutoCloseable {
  /** A batch has been queued. Called on the network threads. */
  void wake();

  /** Waits for what runs; the queue must have been closed. */
  @Override
  void close();

  /** A lane on the network thread. */
  static Lanes on(EventExecutor network, Lane lane) {
    return new OnNetwork(network, lane);
  }

  /** Lanes with threads of their own. */
  static Lanes threads(WorkQueue queue, List<Lane> lanes) {
    return new Threads(
        IntStream.range(0, lanes.size())
            .mapToObj(
                number ->
                    Thread.ofPlatform()
                        .name("lane-" + number)
                        .daemon()
                        .start(() -> Threads.work(queue, lanes.get(number))))
            .toList());
  }

  /** See {@link Lanes#on}. */
  final class OnNetwork implements Lanes {
    private final EventExecutor network;
    private final Lane lane;
    private final AtomicBoolean awake = new AtomicBoolean();

    private OnNetwork(EventExecutor network, Lane lane) {
      this.network = network;
      this.lane = lane;
    }

    @Override
    public void wake() {
      if (awake.compareAndSet(false, true)) {
        network.execute(this::step);
      }
    }

    private void step() {
      if (lane.step()) {
        // Not before the network has been looked after.
        network.schedule(this::step, 0, TimeUnit.NANOSECONDS);
      } else {
        awake.set(false);
      }
    }

    @Override
    public void close() {
      // The thread is the server's, which waits for it.
    }
  }

  /** See {@link Lanes#threads}. */
  record Threads(List<Thread> threads) implements Lanes {
    private static void work(WorkQueue queue, Lane lane) {
      try {
        while (queue.awaitWork()) {
          while (lane.step()) {}
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void wake() {
      // They wait at the queue.
    }

    @Override
    public void close() {
      try {
        for (Thread thread : threads) {
          thread.join();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
