package dev.cohort.aggregator.dispatch;

import dev.cohort.aggregator.NanoClock;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.aggregator.model.ModelCatalog;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.policy.PrefixPolicy;
import dev.cohort.protocol.burst.v1.WatchResponse;
import dev.cohort.protocol.student.v1.Refusal;
import dev.cohort.security.ClientTls;
import io.grpc.Status;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * All seats and what waits for them, one queue for each model. Owned by the dispatch thread, but
 * for {@link #readiness}, {@link #forecast} and {@link #traffic}.
 */
final class Fleet implements SeatEvents, SignalSource.State {
  private static final Logger LOG = Logger.getLogger(Fleet.class);

  /** How long before its deadline a job takes the prefix that is there, if it must. */
  private static final long RESCUE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** How long a seat that is no member any more may wait for its replacement. */
  private static final long DEPARTURE_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final ServingMetrics metrics;
  private final OwnerThread owner;
  private final NanoClock clock;
  private final Readiness readiness = new Readiness();
  private final SignalSource signals;
  private final ModelCatalog models;
  private final SeatDirectory directory;
  private final Optional<ClientTls> tls;
  // Read by the queues. Copied on write, since seats leave while all of them are looked through.
  private final List<Seat> seats = new CopyOnWriteArrayList<>();
  private final Map<ServedModel, ModelQueue> queues;
  // No members any more, and the latest time at which they are told so.
  private final Map<Seat, Long> departing = new HashMap<>();
  private boolean closed;
  private final Set<Seat> connected = new HashSet<>();
  // The latest kind of failure of each seat that is not connected: only changes are logged.
  private final Map<Seat, String> failures = new HashMap<>();

  Fleet(
      ModelCatalog models,
      SeatDirectory directory,
      Optional<ClientTls> tls,
      DispatchSettings settings,
      ServingMetrics metrics,
      OwnerThread owner,
      NanoClock clock) {
    this.metrics = metrics;
    this.owner = owner;
    this.clock = clock;
    this.signals = new SignalSource(this, owner, clock, Clock.systemUTC());
    this.models = models;
    this.directory = directory;
    this.tls = tls;
    this.queues =
        models.all().stream()
            .collect(
                Collectors.toMap(
                    Function.identity(),
                    model ->
                        new ModelQueue(
                            model, seats, settings, metrics, signals::changed, owner, clock)));
  }

  Readiness readiness() {
    return readiness;
  }

  Forecast forecast(ServedModel model) {
    return queues.get(model).forecast();
  }

  /** What became of the requests to a model. Thread-safe. */
  Traffic traffic(ServedModel model) {
    return queues.get(model).traffic();
  }

  SignalSource signals() {
    return signals;
  }

  /** Says what is ready before any seat is known. */
  void begin() {
    queues.keySet().forEach(this::report);
  }

  /** From now on these are the seats. */
  void members(Set<SeatMember> members) {
    if (closed) {
      return;
    }
    long latest = clock.nanoTime() + DEPARTURE_NANOS;
    seats.stream()
        .filter(seat -> !members.contains(seat.member()))
        .forEach(seat -> departing.putIfAbsent(seat, latest));
    Map<SeatMember, Seat> known =
        seats.stream().collect(Collectors.toMap(Seat::member, Function.identity()));
    for (SeatMember member : members) {
      if (known.containsKey(member)) {
        departing.remove(known.get(member));
        known.get(member).stay();
      } else {
        join(member);
      }
    }
    letGo();
  }

  private void join(SeatMember member) {
    Seat seat = new Seat(member, tls, models, this, owner, clock);
    seats.add(seat);
    seat.describe();
  }

  // A seat that nobody else can stand in for goes on until one comes that does, but not for long.
  // The one to come may not even be a member yet: evicted pods go when others are ready, and who is
  // ready is told apart from who goes.
  private void letGo() {
    boolean needed = queues.values().stream().anyMatch(queue -> queue.needs(departing.keySet()));
    long now = clock.nanoTime();
    for (Seat seat : List.copyOf(departing.keySet())) {
      if (!needed || now - departing.get(seat) >= 0) {
        departing.remove(seat);
        seat.leave();
      }
    }
  }

  /** Time went by. */
  void tick() {
    letGo();
    seats.forEach(Seat::checkStalled);
    seats.stream().filter(Seat::isSlow).forEach(this::copyWork);
    queues.values().forEach(ModelQueue::tick);
    signals.tick();
  }

  @Override
  public void report(WatchResponse.Builder into) {
    queues.entrySet().stream()
        .sorted(Comparator.comparing(entry -> entry.getKey().name()))
        .forEach(entry -> into.addModels(entry.getValue().signals()));
    seats.forEach(seat -> into.addSeats(SeatReport.of(seat)));
  }

  @Override
  public Object condition() {
    return List.of(
        queues.values().stream().map(ModelQueue::isReady).toList(),
        seats.stream().map(SeatReport::condition).toList());
  }

  @Override
  public boolean isBurst() {
    return queues.values().stream().anyMatch(ModelQueue::isBurst);
  }

  /** Sets the bounds of a model's prefix; whether it is ready may change with them. */
  PrefixPolicy.Bounds bound(ServedModel model, int min, int max) {
    PrefixPolicy.Bounds now = queues.get(model).bound(min, max);
    report(model);
    signals.changed();
    return now;
  }

  void submit(Job job) {
    if (job.isDone()) {
      return;
    }
    if (closed) {
      job.fail(RefusedException.unavailable("the aggregator is stopping"));
      return;
    }
    long left = job.deadlineNanos() - clock.nanoTime();
    if (left <= 0) {
      expire(job);
      return;
    }
    long early = Math.min(RESCUE_NANOS, left / 10);
    job.timer(owner.schedule(() -> rescue(job), left - early, TimeUnit.NANOSECONDS));
    queues.get(job.model()).submit(job);
  }

  void withdraw(Job job) {
    job.withdrawn();
    queues.get(job.model()).remove(job);
  }

  void close() {
    closed = true;
    queues.values().forEach(ModelQueue::close);
    seats.forEach(Seat::close);
  }

  @Override
  public void granted(Seat seat) {
    forModelsOf(seat, model -> queues.get(model).send());
  }

  @Override
  public void widened(Seat seat) {
    if (connected.add(seat)) {
      failures.remove(seat);
      LOG.infof("seat=%s connected", seat.address());
      letGo();
    }
    forModelsOf(
        seat,
        model -> {
          report(model);
          queues.get(model).send();
        });
  }

  @Override
  public void narrowed(Seat seat) {
    queues
        .keySet()
        .forEach(
            model -> {
              report(model);
              queues.get(model).send();
              queues.get(model).failUnserved();
            });
  }

  @Override
  public void left(Seat seat) {
    seats.remove(seat);
    metrics.seatForgotten(seat.address().toString());
    failures.remove(seat);
    if (connected.remove(seat)) {
      LOG.infof("seat=%s left", seat.address());
    }
  }

  @Override
  public void failed(Seat seat, String kind, String text) {
    metrics.seatFailed(kind);
    directory.refresh();
    boolean wasConnected = connected.remove(seat);
    if (!kind.equals(failures.put(seat, kind)) || wasConnected) {
      LOG.warnf("seat=%s reason=%s %s", seat.address(), kind, text);
    }
  }

  @Override
  public void answered(Batch batch, int student, float[] block) {
    queues.get(batch.model()).answered(batch, student, block);
  }

  @Override
  public void replied(Seat seat, long nanos) {
    metrics.seatReplied(seat.address().toString(), nanos);
  }

  @Override
  public void returned(Seat seat, Sent sent, String reason) {
    queues
        .get(sent.batch().model())
        .returned(
            sent,
            RefusedException.unavailable(
                "seat %s was lost while it worked on the request (%s); it is safe to send again"
                    .formatted(seat.address(), reason)));
  }

  @Override
  public void slow(Seat seat, List<Sent> work) {
    metrics.seatFailed("slow");
    LOG.warnf("seat=%s reason=slow %d batches are not answered", seat.address(), work.size());
    copyWork(seat);
  }

  @Override
  public void refused(Seat seat, Sent sent, Refusal refusal) {
    ModelQueue queue = queues.get(sent.batch().model());
    switch (refusal.getReason()) {
      case DRAINING -> seat.draining();
      case STUDENT_NOT_HELD, WARMING -> seat.doesNotHold(sent.first(), sent.end());
      case WRONG_PACKAGE, NO_CREDIT -> seat.lost("refusal", refusal.getReason().toString());
      case DEADLINE -> {
        queue.refused(sent, reason(Status.Code.DEADLINE_EXCEEDED, seat, refusal));
        return;
      }
      case ENGINE_FAILED, OVER_LIMIT, INVALID, REASON_UNSPECIFIED, UNRECOGNIZED -> {
        // Another engine may do better; this one has had its turn.
        sent.batch().avoided().add(seat);
        queue.returned(sent, reason(Status.Code.INTERNAL, seat, refusal));
        return;
      }
    }
    queue.returned(sent, reason(Status.Code.UNAVAILABLE, seat, refusal));
  }

  private void copyWork(Seat slow) {
    slow.open().forEach(sent -> queues.get(sent.batch().model()).hedge(slow, sent));
    forModelsOf(slow, model -> queues.get(model).send());
  }

  private static RefusedException reason(Status.Code code, Seat seat, Refusal refusal) {
    return new RefusedException(
        code,
        "seat %s refused the request: %s %s"
            .formatted(seat.address(), refusal.getReason(), refusal.getMessage())
            .strip());
  }

  private void rescue(Job job) {
    if (job.isDone() || queues.get(job.model()).rescue(job)) {
      return;
    }
    long left = job.deadlineNanos() - clock.nanoTime();
    job.timer(owner.schedule(() -> expire(job), left, TimeUnit.NANOSECONDS));
  }

  private void expire(Job job) {
    queues
        .get(job.model())
        .fail(
            job,
            RefusedException.late(
                "model '%s' did not answer before the request's deadline"
                    .formatted(job.model().name())));
  }

  private void forModelsOf(Seat seat, Consumer<ServedModel> action) {
    queues.keySet().stream().filter(seat::serves).forEach(action);
  }

  private void report(ServedModel model) {
    int connected = (int) seats.stream().filter(seat -> seat.serves(model)).count();
    metrics.seatsConnected(model, connected);
    readiness.set(model, queues.get(model).isServed());
  }
}
