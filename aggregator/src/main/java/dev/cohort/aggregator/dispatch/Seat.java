package dev.cohort.aggregator.dispatch;

import dev.cohort.aggregator.NanoClock;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.aggregator.model.ModelCatalog;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.protocol.student.v1.DescribeResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * One seat: connects, asks what it serves, keeps one stream and the account of credits and of what
 * was sent. A seat that is lost fails what it worked on and is connected again after a pause. Owned
 * by the dispatch thread.
 */
final class Seat implements RouteTarget, AutoCloseable {
  private static final Duration DESCRIBE_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(5);

  /** How soon a seat that is not ready is asked again. */
  private static final Duration WARMING_POLL = Duration.ofMillis(200);

  /** How soon a seat that works, but does not hold every student, is asked again. */
  private static final Duration LOADING_POLL = Duration.ofSeconds(1);

  /**
   * A seat refuses what is late; one that says nothing for this long after a deadline is broken.
   */
  private static final Duration STALL = Duration.ofSeconds(5);

  private enum State {
    DOWN,
    OPENING,
    SERVING,
    DRAINING,
    CLOSED
  }

  private final SeatAddress address;
  private final ModelCatalog models;
  private final SeatEvents events;
  private final ScheduledExecutorService owner;
  private final NanoClock clock;
  private final SeatChannel channel;
  private final Backoff backoff = new Backoff(RandomGenerator.getDefault());
  private final SeatLedger ledger = new SeatLedger();
  private State state = State.DOWN;
  private Optional<SeatDescription> description = Optional.empty();
  private Optional<SeatChannel.Outbox> outbox = Optional.empty();
  // Replies of an older stream than this are dropped.
  private long streamNumber;
  private boolean asking;
  private Future<?> nextQuestion = CompletableFuture.completedFuture(null);

  Seat(
      SeatAddress address,
      ModelCatalog models,
      SeatEvents events,
      ScheduledExecutorService owner,
      NanoClock clock) {
    this.address = address;
    this.models = models;
    this.events = events;
    this.owner = owner;
    this.clock = clock;
    this.channel = new SeatChannel(address, owner);
  }

  SeatAddress address() {
    return address;
  }

  /** Whether the seat takes work for this model. */
  boolean serves(ServedModel model) {
    return state == State.SERVING && description.map(d -> d.model() == model).orElse(false);
  }

  /** Whether a batch is within the seat's limits. */
  boolean fits(Batch batch) {
    return description
        .map(SeatDescription::limits)
        .filter(limits -> batch.rows() <= limits.getMaxRows())
        .filter(limits -> batch.tokens() <= limits.getMaxTokens())
        .filter(limits -> batch.longest() <= limits.getMaxRowTokens())
        .isPresent();
  }

  BatchCutter.Bounds narrow(BatchCutter.Bounds bounds) {
    return description.map(d -> bounds.and(d.limits())).orElse(bounds);
  }

  @Override
  public boolean holds(int student) {
    return description.map(d -> d.students().get(student)).orElse(false);
  }

  @Override
  public int homeStudent() {
    return description.map(SeatDescription::home).orElse(-1);
  }

  @Override
  public int credits() {
    return state == State.SERVING ? ledger.credits() : 0;
  }

  @Override
  public int load() {
    return ledger.load();
  }

  /** Asks the seat what it serves, and connects when it is ready. One question is open at most. */
  void describe() {
    if (state != State.CLOSED && !asking) {
      asking = true;
      channel.describe(DESCRIBE_TIMEOUT, this::described, this::notDescribed);
    }
  }

  /** Sends a range of students of a batch; costs one credit. */
  void send(Batch batch, int first, int end) {
    long now = clock.nanoTime();
    long left = Math.max(1, TimeUnit.NANOSECONDS.toMicros(batch.job().deadlineNanos() - now));
    long overdue = batch.job().deadlineNanos() + STALL.toNanos();
    long id = ledger.send(batch, first, end, overdue);
    outbox.orElseThrow().send(batch.message(id, first, end, left));
  }

  /** Gives the seat up when it has been silent for too long. */
  void checkStalled() {
    if (ledger.isOverdue(clock.nanoTime())) {
      lost("stalled", "no answer within %s after a deadline".formatted(STALL));
    }
  }

  /** The seat is shutting down: what it has is still answered, nothing new is sent. */
  void draining() {
    if (state == State.SERVING) {
      state = State.DRAINING;
      events.narrowed(this);
    }
  }

  /** The seat does not have these students after all; asks again what it has. */
  void doesNotHold(int first, int end) {
    description.ifPresent(d -> d.students().clear(first, end));
    askAfter(WARMING_POLL);
    events.narrowed(this);
  }

  /** Ends the stream, fails what the seat worked on, and connects again after a pause. */
  void lost(String kind, String text) {
    if (state == State.CLOSED) {
      return;
    }
    boolean wasServing = state == State.SERVING || state == State.DRAINING;
    disconnect(text);
    state = State.DOWN;
    events.failed(this, kind, text);
    if (wasServing) {
      events.narrowed(this);
    }
    askAfter(backoff.next());
  }

  @Override
  public void close() {
    disconnect("the aggregator stops");
    state = State.CLOSED;
    channel.close();
  }

  private void disconnect(String reason) {
    streamNumber++;
    outbox.ifPresent(stream -> stream.cancel(reason));
    outbox = Optional.empty();
    for (Sent work : ledger.clear()) {
      work.batch()
          .job()
          .fail(
              RefusedException.unavailable(
                  "seat %s was lost while it worked on the request (%s); it is safe to send again"
                      .formatted(address, reason)));
    }
  }

  // A busy seat that misses a question is not lost; its stream tells when it is.
  private void notDescribed(String text) {
    asking = false;
    if (state == State.DOWN) {
      lost("describe", text);
    } else {
      askAfter(LOADING_POLL);
    }
  }

  private void described(DescribeResponse response) {
    asking = false;
    if (state == State.CLOSED) {
      return;
    }
    try {
      SeatDescription now = SeatDescription.of(response, models);
      boolean other = description.filter(before -> before.model() != now.model()).isPresent();
      if (other && state != State.DOWN) {
        throw new SeatFaultException("changed its package while connected");
      }
      description = Optional.of(now);
    } catch (SeatFaultException e) {
      lost("description", e.getMessage());
      return;
    }
    proceed(description.orElseThrow());
  }

  private void proceed(SeatDescription now) {
    if (now.ready() && state == State.DOWN) {
      open(now);
    } else if (state == State.SERVING) {
      events.widened(this);
    }
    if (!now.ready()) {
      askAfter(WARMING_POLL);
    } else if (!now.isComplete()) {
      askAfter(LOADING_POLL);
    }
  }

  private void open(SeatDescription now) {
    state = State.OPENING;
    long number = ++streamNumber;
    later(
        OPEN_TIMEOUT,
        () -> {
          if (number == streamNumber && state == State.OPENING) {
            lost("open", "no first message within " + OPEN_TIMEOUT);
          }
        });
    outbox =
        Optional.of(
            channel.open(
                now.model().outputDimension(),
                new SeatChannel.Replies() {
                  @Override
                  public void received(SeatReply reply) {
                    if (number == streamNumber) {
                      take(reply);
                    }
                  }

                  @Override
                  public void closed(String reason) {
                    if (number == streamNumber) {
                      lost("stream", reason);
                    }
                  }
                }));
  }

  private void take(SeatReply reply) {
    try {
      switch (reply) {
        case SeatReply.Opened ignored -> opened();
        case SeatReply.Contribution contribution -> gather(contribution);
        case SeatReply.Refused refused ->
            events.refused(this, ledger.refused(refused.batchId()), refused.refusal());
        case SeatReply.Fault fault -> throw new SeatFaultException(fault.text());
      }
      grant(reply.credits());
    } catch (SeatFaultException e) {
      lost("garbage", e.getMessage());
    }
  }

  private void opened() throws SeatFaultException {
    if (state != State.OPENING) {
      throw new SeatFaultException("a message with batch 0 in the middle of the stream");
    }
    state = State.SERVING;
    ledger.clear();
    events.widened(this);
  }

  private void grant(int granted) throws SeatFaultException {
    ledger.grant(granted);
    if (granted > 0 && state == State.SERVING) {
      events.granted(this);
    }
  }

  // Only an answer proves that the seat works; one that breaks on every batch must wait longer.
  private void gather(SeatReply.Contribution block) throws SeatFaultException {
    Batch batch = ledger.answered(block).batch();
    backoff.reset();
    if (!batch.job().isDone()) {
      batch.job().gather(block.student(), batch.firstRow(), block.values());
    }
  }

  private void askAfter(Duration delay) {
    nextQuestion.cancel(false);
    nextQuestion = later(delay, this::describe);
  }

  private Future<?> later(Duration delay, Runnable action) {
    return owner.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
  }
}
