package dev.cohort.aggregator.dispatch;

import dev.cohort.aggregator.NanoClock;
import dev.cohort.aggregator.model.ModelCatalog;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.observability.TraceSpan;
import dev.cohort.protocol.burst.v1.SeatSignals;
import dev.cohort.protocol.student.v1.DescribeResponse;
import dev.cohort.security.ClientTls;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * One seat: connects, asks what it serves, keeps one stream and the account of credits and of what
 * was sent. A seat that is lost hands back what it worked on and is connected again after a pause;
 * a seat that is silent for too long is slow: it gets nothing while another can do the work, until
 * it answers. Owned by the dispatch thread.
 */
final class Seat implements AutoCloseable {
  private static final Duration DESCRIBE_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration OPEN_TIMEOUT = Duration.ofSeconds(5);

  /** How soon a seat that is not ready, or still loads students, is asked again. */
  private static final Duration WARMING_POLL = Duration.ofMillis(200);

  /** How soon a seat that holds some students only, or missed a question, is asked again. */
  private static final Duration PARTIAL_POLL = Duration.ofSeconds(1);

  /**
   * A seat refuses what is late; one that says nothing for this long after a deadline is broken.
   */
  private static final Duration STALL = Duration.ofSeconds(5);

  /** A seat is not called slow before this, nor before a multiple of the predicted time. */
  private static final long LEAST_PATIENCE_NANOS = Duration.ofMillis(250).toNanos();

  private static final double PATIENCE = 10;

  /** How long an answered batch counts in the rate of work. */
  private static final Duration WORK_MEMORY = Duration.ofSeconds(1);

  /** Guards that rate against nonsense. */
  private static final long LONGEST_MICROS = Duration.ofMinutes(1).toNanos() / 1000;

  private enum State {
    DOWN,
    OPENING,
    SERVING,
    DRAINING,
    CLOSED
  }

  private final SeatMember member;
  private final ModelCatalog models;
  private final SeatEvents events;
  private final OwnerThread owner;
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
  private boolean slow;
  // No member any more: closed as soon as all is answered.
  private boolean leaving;
  private long lastAnswerNanos;
  private SeatCost cost = SeatCost.rough();
  // Engine microseconds of what it answered.
  private final SmoothedRate work;
  private Future<?> nextQuestion = CompletableFuture.completedFuture(null);

  Seat(
      SeatMember member,
      Optional<ClientTls> tls,
      ModelCatalog models,
      SeatEvents events,
      OwnerThread owner,
      NanoClock clock) {
    this.member = member;
    this.models = models;
    this.events = events;
    this.owner = owner;
    this.clock = clock;
    this.channel = new SeatChannel(member, tls, owner);
    this.work = new SmoothedRate(WORK_MEMORY, clock.nanoTime());
  }

  SeatMember member() {
    return member;
  }

  SeatAddress address() {
    return member.address();
  }

  /** Whether the seat takes work for this model. */
  boolean serves(ServedModel model) {
    return state == State.SERVING && description.map(d -> d.model() == model).orElse(false);
  }

  /** Whether the seat takes work. */
  boolean isServing() {
    return state == State.SERVING;
  }

  /** Whether a batch is within the seat's limits. */
  boolean fits(BatchShape shape) {
    return description
        .map(SeatDescription::limits)
        .filter(limits -> shape.rows() <= limits.getMaxRows())
        .filter(limits -> shape.tokens() <= limits.getMaxTokens())
        .filter(limits -> shape.longest() <= limits.getMaxRowTokens())
        .isPresent();
  }

  /** Rows of one batch at most. */
  int maxRows() {
    return description.map(d -> d.limits().getMaxRows()).orElse(0);
  }

  /** Tokens of one batch at most. */
  int maxTokens() {
    return description.map(d -> d.limits().getMaxTokens()).orElse(0);
  }

  boolean holds(int student) {
    return description.map(d -> d.students().get(student)).orElse(false);
  }

  /** Bit k: it holds student k. */
  long held() {
    long[] bits = description.map(d -> d.students().toLongArray()).orElse(new long[0]);
    return bits.length == 0 ? 0 : bits[0];
  }

  /** The model that it serves or served; empty before it has said so. */
  Optional<ServedModel> model() {
    return description.map(SeatDescription::model);
  }

  /** Where it stands, for those who watch. */
  SeatSignals.State state() {
    return switch (state) {
      case DOWN, OPENING, CLOSED -> SeatSignals.State.DOWN;
      case SERVING -> SeatSignals.State.SERVING;
      case DRAINING -> SeatSignals.State.DRAINING;
    };
  }

  /** Engine microseconds that it has answered for in each second, smoothed. */
  double workedMicrosPerSecond() {
    return work.perSecond(clock.nanoTime());
  }

  int homeStudent() {
    return description.map(SeatDescription::home).orElse(-1);
  }

  /** Engine threads. */
  int lanes() {
    return description.map(SeatDescription::lanes).orElse(0);
  }

  int credits() {
    return state == State.SERVING ? ledger.credits() : 0;
  }

  SeatCost cost() {
    return cost;
  }

  /** Predicted engine time of what it has not answered, in microseconds. */
  double backlogMicros() {
    return ledger.backlogMicros();
  }

  /** The same without what it should have done since it last answered; at most one student. */
  double remainingMicros() {
    return Math.max(0, backlogMicros() - Math.min(ledger.nextMicros(), silentNanos() / 1e3));
  }

  /** Predicted time until one of its lanes is idle, in microseconds. */
  double busyMicros() {
    return ledger.batches() < lanes() ? 0 : remainingMicros() / lanes();
  }

  /** Whether it has been silent for too long. */
  boolean isSlow() {
    return slow;
  }

  /** Since it answered anything, or was first asked after having nothing to do. */
  long silentNanos() {
    return clock.nanoTime() - lastAnswerNanos;
  }

  /** What it has not answered, oldest first. */
  List<Sent> open() {
    return ledger.open();
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
    long left = Math.max(1, TimeUnit.NANOSECONDS.toMicros(batch.deadlineNanos() - now));
    double studentMicros = cost.micros(1, batch.shape());
    double predictedMicros = ledger.backlogMicros() + (end - first) * studentMicros;
    long patience = Math.max(LEAST_PATIENCE_NANOS, (long) (PATIENCE * 1000 * predictedMicros));
    long overdue = batch.deadlineNanos() + STALL.toNanos();
    if (ledger.isIdle()) {
      // Silence begins with the first thing that there is to say.
      lastAnswerNanos = now;
    }
    TraceSpan trace = trace(batch, first, end);
    long id =
        ledger.send(
            new Sent(batch, first, end, studentMicros, now, trace, now + patience, overdue));
    batch.sent(first, end);
    outbox.orElseThrow().send(batch.message(id, first, end, left, trace.parentText()));
  }

  private TraceSpan trace(Batch batch, int first, int end) {
    TraceSpan trace = batch.trace().call("forward");
    if (trace.isOn()) {
      trace.note("server.address", address().toString());
      trace.note("cohort.students.first", first);
      trace.note("cohort.students.end", end);
    }
    return trace;
  }

  /** Calls the seat slow, or gives it up, when it has been silent for too long. */
  void checkStalled() {
    long now = clock.nanoTime();
    if (ledger.isOverdue(now)) {
      lost("stalled", "no answer within %s after a deadline".formatted(STALL));
      return;
    }
    if (!slow && isSilent(now)) {
      slow = true;
      events.slow(this, ledger.open());
    }
  }

  // One that is late but answers is busy, and more copies of its work would not help.
  private boolean isSilent(long now) {
    return ledger.isSlow(now) && now - lastAnswerNanos > LEAST_PATIENCE_NANOS;
  }

  /** The seat is shutting down: what it has is still answered, nothing new is sent. */
  void draining() {
    if (state == State.SERVING) {
      state = State.DRAINING;
      events.narrowed(this);
    }
  }

  /** The seat is no member any more: what it has is still answered, then it is disconnected. */
  void leave() {
    leaving = true;
    draining();
    leaveIfIdle();
  }

  /** The seat is a member again, or still. */
  void stay() {
    if (leaving && state == State.DRAINING) {
      state = State.SERVING;
      events.widened(this);
    }
    leaving = false;
  }

  private void leaveIfIdle() {
    if (leaving && state != State.CLOSED && ledger.isIdle()) {
      close();
      events.left(this);
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
    state = State.DOWN;
    List<Sent> unanswered = disconnect(text);
    events.failed(this, kind, text);
    if (wasServing) {
      events.narrowed(this);
    }
    unanswered.forEach(work -> work.trace().fail(text));
    unanswered.forEach(work -> events.returned(this, work, text));
    askAfter(backoff.next());
    leaveIfIdle();
  }

  @Override
  public void close() {
    state = State.CLOSED;
    nextQuestion.cancel(false);
    disconnect("the aggregator stops");
    channel.close();
  }

  private List<Sent> disconnect(String reason) {
    streamNumber++;
    outbox.ifPresent(stream -> stream.cancel(reason));
    outbox = Optional.empty();
    slow = false;
    return ledger.clear();
  }

  // A busy seat that misses a question is not lost; its stream tells when it is.
  private void notDescribed(String text) {
    asking = false;
    if (state == State.DOWN) {
      lost("describe", text);
    } else {
      askAfter(PARTIAL_POLL);
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
      if (state == State.DOWN || !cost.isMeasured()) {
        cost = costOf(response);
      }
      description = Optional.of(now);
    } catch (SeatFaultException e) {
      lost("description", e.getMessage());
      return;
    }
    proceed(description.orElseThrow());
  }

  // A wrong table is no reason to do without the seat.
  private SeatCost costOf(DescribeResponse response) {
    try {
      return SeatCost.of(response).orElseGet(SeatCost::rough);
    } catch (SeatFaultException e) {
      events.failed(this, "cost-table", e.getMessage());
      return SeatCost.rough();
    }
  }

  private void proceed(SeatDescription now) {
    if (now.ready() && state == State.DOWN) {
      open(now);
    } else if (state == State.SERVING) {
      events.widened(this);
    }
    if (!now.ready() || now.loading()) {
      askAfter(WARMING_POLL);
    } else if (!now.isComplete()) {
      askAfter(PARTIAL_POLL);
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
        case SeatReply.Refused refused -> {
          Sent sent = ledger.refused(refused.batchId());
          sent.trace().fail(refused.refusal().getReason().name());
          events.refused(this, sent, refused.refusal());
        }
        case SeatReply.Fault fault -> throw new SeatFaultException(fault.text());
      }
      grant(reply.credits());
      leaveIfIdle();
    } catch (SeatFaultException e) {
      lost("garbage", e.getMessage());
    }
  }

  private void opened() throws SeatFaultException {
    if (state != State.OPENING) {
      throw new SeatFaultException("a message with batch 0 in the middle of the stream");
    }
    state = State.SERVING;
    lastAnswerNanos = clock.nanoTime();
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
    Sent sent = ledger.answered(block);
    Batch batch = sent.batch();
    backoff.reset();
    lastAnswerNanos = clock.nanoTime();
    slow = false;
    if (sent.awaited().isEmpty()) {
      sent.trace().end();
      events.replied(this, lastAnswerNanos - sent.sentNanos());
    }
    cost.observe(batch.shape(), block.engineMicros());
    work.add(Math.clamp(block.engineMicros(), 0L, LONGEST_MICROS), lastAnswerNanos);
    events.answered(batch, block.student(), block.values());
  }

  private void askAfter(Duration delay) {
    nextQuestion.cancel(false);
    nextQuestion = later(delay, this::describe);
  }

  private Future<?> later(Duration delay, Runnable action) {
    return owner.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
  }
}
