package dev.cohort.operator.burst;

import dev.cohort.protocol.burst.v1.BurstSignalsGrpc;
import dev.cohort.protocol.burst.v1.ModelSignals;
import dev.cohort.protocol.burst.v1.WatchRequest;
import dev.cohort.protocol.burst.v1.WatchResponse;
import dev.cohort.protocol.control.v1.ControlGrpc;
import dev.cohort.protocol.control.v1.SetPrefixBoundsRequest;
import dev.cohort.protocol.control.v1.SetPrefixBoundsResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one aggregator until it is closed: keeps its last message, connects again after a pause
 * that doubles, and gives up a stream that has been silent for too long. Thread-safe.
 */
final class SignalWatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SignalWatcher.class);
  private static final long FIRST_PAUSE_MILLIS = 100;
  private static final long LONGEST_PAUSE_MILLIS = 5_000;

  /** Five messages that did not come: whatever is at the other end does not answer. */
  private static final long SILENCE_NANOS = Duration.ofSeconds(5).toNanos();

  /** A stream is opened anew after this time, so that a withdrawn token ends it. */
  private static final long STREAM_MINUTES = 15;

  /** Failures in a row after which a channel is made anew. */
  private static final int FAILURES = 5;

  private static final long BOUND_SECONDS = 2;

  private static final long CHECK_MILLIS = 1_000;

  private final Target target;
  private final Supplier<ManagedChannel> channels;
  private final ScheduledExecutorService timer;
  private final LongSupplier clock;
  private final Runnable changed;

  // All below guarded by this.
  private Optional<ManagedChannel> channel = Optional.empty();
  private int failures;
  private Optional<Reception> latest = Optional.empty();
  // The last one that somebody was told of.
  private Optional<Reception> decided = Optional.empty();
  private Optional<ClientCallStreamObserver<WatchRequest>> call = Optional.empty();
  private String fault = "";
  private long aliveNanos;
  private long pauseMillis = FIRST_PAUSE_MILLIS;
  private boolean bounding;
  private boolean closed;

  /**
   * @param channels opens one, and may block; closed by this
   * @param timer for pauses; stays the caller's
   * @param clock monotonic nanoseconds
   * @param changed told of each message that says something new, on a network thread
   */
  SignalWatcher(
      Target target,
      Supplier<ManagedChannel> channels,
      ScheduledExecutorService timer,
      LongSupplier clock,
      Runnable changed) {
    this.target = target;
    this.channels = channels;
    this.timer = timer;
    this.clock = clock;
    this.changed = changed;
  }

  /** Begins; returns at once. */
  void start() {
    open();
    later(this::check, CHECK_MILLIS);
  }

  Target target() {
    return target;
  }

  /** The last message; empty while none has come. */
  synchronized Optional<Reception> latest() {
    return latest;
  }

  /** Why there is no stream; empty when there is one. */
  synchronized String fault() {
    return fault;
  }

  /**
   * Has the aggregator ask no more students than this, unless it says that it does not anyway. Said
   * again when it is called again, as long as the aggregator says otherwise; returns at once.
   */
  void bound(int most) {
    Optional<String> model;
    Optional<ManagedChannel> open;
    synchronized (this) {
      open = channel.filter(connected -> !bounding && !closed);
      model =
          latest
              .flatMap(Reception::model)
              .filter(said -> said.getPrefixMax() != most)
              .map(ModelSignals::getName);
      bounding = bounding || open.isPresent() && model.isPresent();
    }
    if (open.isPresent() && model.isPresent()) {
      ControlGrpc.newStub(open.get())
          .withDeadlineAfter(BOUND_SECONDS, TimeUnit.SECONDS)
          .setPrefixBounds(
              SetPrefixBoundsRequest.newBuilder().setModel(model.get()).setPrefixMax(most).build(),
              new Bounding());
    }
  }

  private synchronized void bounded() {
    bounding = false;
  }

  @Override
  public void close() {
    Optional<ManagedChannel> last;
    synchronized (this) {
      closed = true;
      last = channel;
    }
    last.ifPresent(ManagedChannel::shutdownNow);
  }

  /** Not on the timer's thread: to open a channel may take a while. */
  private void open() {
    Thread.startVirtualThread(
        () -> {
          try {
            connected().ifPresent(this::watch);
          } catch (RuntimeException e) {
            ended(e.getMessage() == null ? e.toString() : e.getMessage());
          }
        });
  }

  /** The channel; another one after some failures, since certificates may be others by now. */
  private Optional<ManagedChannel> connected() {
    Optional<ManagedChannel> old;
    synchronized (this) {
      if (closed) {
        return Optional.empty();
      }
      aliveNanos = clock.getAsLong();
      if (channel.isPresent() && failures < FAILURES) {
        return channel;
      }
      old = channel;
      channel = Optional.empty();
      failures = 0;
    }
    old.ifPresent(ManagedChannel::shutdownNow);
    return keep(channels.get());
  }

  private Optional<ManagedChannel> keep(ManagedChannel opened) {
    synchronized (this) {
      if (!closed) {
        channel = Optional.of(opened);
        return channel;
      }
    }
    opened.shutdownNow();
    return Optional.empty();
  }

  private void watch(ManagedChannel open) {
    open.resetConnectBackoff();
    BurstSignalsGrpc.newStub(open)
        .withDeadlineAfter(STREAM_MINUTES, TimeUnit.MINUTES)
        .watch(WatchRequest.getDefaultInstance(), new Stream());
  }

  private void check() {
    Optional<ClientCallStreamObserver<WatchRequest>> silent;
    synchronized (this) {
      if (closed) {
        return;
      }
      silent = clock.getAsLong() - aliveNanos > SILENCE_NANOS ? call : Optional.empty();
    }
    silent.ifPresent(stream -> stream.cancel("no message for 5 s", null));
    later(this::check, CHECK_MILLIS);
  }

  private void received(WatchResponse message) {
    Reception reception = new Reception(target.pod(), message, clock.getAsLong());
    boolean isNews;
    synchronized (this) {
      isNews = latest.map(last -> Gist.isNews(last, decided.orElse(last), reception)).orElse(true);
      latest = Optional.of(reception);
      if (isNews) {
        decided = latest;
      }
      aliveNanos = reception.atNanos();
      pauseMillis = FIRST_PAUSE_MILLIS;
      fault = "";
      failures = 0;
    }
    if (isNews) {
      changed.run();
    }
  }

  private void ended(String reason) {
    long pause;
    synchronized (this) {
      call = Optional.empty();
      failures++;
      pause = pauseMillis;
      pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
      if (closed) {
        return;
      }
      if (!reason.equals(fault)) {
        LOG.info("no signals of pod {}: {}", target.pod(), reason);
      }
      fault = reason;
    }
    changed.run();
    later(this::open, pause);
  }

  private void later(Runnable task, long millis) {
    try {
      timer.schedule(task, millis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("not watched any more: the operator stops");
    }
  }

  private static String text(Throwable failure) {
    Status status = Status.fromThrowable(failure);
    return status.getDescription() == null
        ? status.getCode().toString()
        : status.getCode() + ": " + status.getDescription();
  }

  /** The stream of messages. */
  private final class Stream implements ClientResponseObserver<WatchRequest, WatchResponse> {
    @Override
    public void beforeStart(ClientCallStreamObserver<WatchRequest> requests) {
      synchronized (SignalWatcher.this) {
        call = Optional.of(requests);
      }
    }

    @Override
    public void onNext(WatchResponse message) {
      received(message);
    }

    @Override
    public void onError(Throwable failure) {
      ended(text(failure));
    }

    @Override
    public void onCompleted() {
      ended("the stream ended");
    }
  }

  /** The answer to bounds. */
  private final class Bounding implements StreamObserver<SetPrefixBoundsResponse> {
    @Override
    public void onNext(SetPrefixBoundsResponse bounds) {
      LOG.info(
          "pod {} asks {} to {} students",
          target.pod(),
          bounds.getPrefixMin(),
          bounds.getPrefixMax());
    }

    @Override
    public void onError(Throwable failure) {
      LOG.info("pod {} took no bounds: {}", target.pod(), text(failure));
      bounded();
    }

    @Override
    public void onCompleted() {
      bounded();
    }
  }
}
