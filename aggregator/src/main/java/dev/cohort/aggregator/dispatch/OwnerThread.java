package dev.cohort.aggregator.dispatch;

import dev.cohort.aggregator.NanoClock;
import dev.cohort.aggregator.metrics.ServingMetrics;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * The dispatch thread: commands and timers in one queue, and the connections to the seats, so that
 * what a seat says is worked on where it is read and a batch leaves without another thread waking
 * up. Commands must not block. A command that throws is a bug; it is logged and counted, and the
 * next runs. All methods are thread-safe.
 */
final class OwnerThread implements Executor, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(OwnerThread.class);
  private static final long STOP_SECONDS = 5;

  private final EventLoopGroup group;
  private final EventExecutor loop;
  private final ServingMetrics metrics;
  private final NanoClock clock;

  OwnerThread(String name, ServingMetrics metrics, NanoClock clock) {
    ThreadFactory threads =
        task -> {
          Thread thread = new FastThreadLocalThread(task, name);
          thread.setDaemon(true);
          return thread;
        };
    this.group =
        Epoll.isAvailable()
            ? new EpollEventLoopGroup(1, threads)
            : new NioEventLoopGroup(1, threads);
    this.loop = group.next();
    this.metrics = metrics;
    this.clock = clock;
  }

  /**
   * Runs a command after those that came before.
   *
   * @throws RejectedExecutionException when the thread has ended
   */
  @Override
  public void execute(Runnable command) {
    loop.execute(() -> guarded(command));
  }

  /** Runs a command at once where this is the thread, else after those that came before. */
  void run(Runnable command) {
    if (loop.inEventLoop()) {
      guarded(command);
    } else {
      execute(command);
    }
  }

  /** Runs a command after a delay. */
  Future<?> schedule(Runnable command, long delay, TimeUnit unit) {
    return loop.schedule(() -> guarded(command), delay, unit);
  }

  /** Runs a command again and again, so long after its last end. */
  void repeat(Runnable command, long delay, TimeUnit unit) {
    loop.scheduleWithFixedDelay(() -> guarded(command), delay, delay, unit);
  }

  /** For connections that this thread shall serve. */
  EventLoopGroup group() {
    return group;
  }

  /** What such connections are made of. */
  Class<? extends SocketChannel> channelType() {
    return group instanceof EpollEventLoopGroup ? EpollSocketChannel.class : NioSocketChannel.class;
  }

  /** Lets the thread end; what was given to it before still runs, timers do not. */
  void stop() {
    group.shutdownGracefully(0, STOP_SECONDS, TimeUnit.SECONDS);
  }

  /** As {@link #stop}, and waits for the end. */
  @Override
  public void close() {
    stop();
    try {
      if (!group.awaitTermination(STOP_SECONDS + 1, TimeUnit.SECONDS)) {
        LOG.warn("the dispatch thread has not ended");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void guarded(Runnable command) {
    long started = clock.nanoTime();
    try {
      command.run();
    } catch (RuntimeException | Error e) {
      metrics.internalError();
      LOG.error("a dispatch command failed; this is a bug", e);
    } finally {
      metrics.dispatchBusy(clock.nanoTime() - started);
    }
  }
}
