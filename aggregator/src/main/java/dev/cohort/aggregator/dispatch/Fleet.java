package dev.cohort.aggregator.dispatch;

import dev.cohort.aggregator.NanoClock;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.aggregator.model.ModelCatalog;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.protocol.student.v1.Refusal;
import io.grpc.Status;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * All seats and what waits for them: one queue for each model, first come, first served. Owned by
 * the dispatch thread, but for {@link #readiness}.
 */
final class Fleet implements SeatEvents {
  private static final Logger LOG = Logger.getLogger(Fleet.class);

  /** A batch that seats hand back more often than this fails; guards against an endless round. */
  private static final int MAX_REFUSALS = 16;

  private final ServingMetrics metrics;
  private final ScheduledExecutorService owner;
  private final NanoClock clock;
  private final Readiness readiness = new Readiness();
  private final List<Seat> seats;
  private final Map<ServedModel, ModelQueue> queues;
  private final Set<Seat> connected = new HashSet<>();
  // The latest kind of failure of each seat that is not connected: only changes are logged.
  private final Map<Seat, String> failures = new HashMap<>();

  Fleet(
      ModelCatalog models,
      List<SeatAddress> addresses,
      ServingMetrics metrics,
      ScheduledExecutorService owner,
      NanoClock clock) {
    this.metrics = metrics;
    this.owner = owner;
    this.clock = clock;
    this.seats =
        addresses.stream().map(address -> new Seat(address, models, this, owner, clock)).toList();
    this.queues =
        models.all().stream()
            .collect(Collectors.toMap(Function.identity(), model -> new ModelQueue(model, seats)));
  }

  Readiness readiness() {
    return readiness;
  }

  void connect() {
    queues.keySet().forEach(this::report);
    seats.forEach(Seat::describe);
  }

  void checkStalled() {
    seats.forEach(Seat::checkStalled);
  }

  void submit(Job job) {
    if (job.isDone()) {
      return;
    }
    long left = job.deadlineNanos() - clock.nanoTime();
    if (left <= 0) {
      expire(job);
      return;
    }
    Future<?> timer = owner.schedule(() -> expire(job), left, TimeUnit.NANOSECONDS);
    queues.get(job.model()).submit(job, timer);
  }

  void withdraw(Job job) {
    job.withdrawn();
    queues.get(job.model()).remove(job);
  }

  void close() {
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
              queues.get(model).failUnserved();
              queues.get(model).send();
            });
  }

  @Override
  public void failed(Seat seat, String kind, String text) {
    metrics.seatFailed(kind);
    boolean wasConnected = connected.remove(seat);
    if (!kind.equals(failures.put(seat, kind)) || wasConnected) {
      LOG.warnf("seat=%s reason=%s %s", seat.address(), kind, text);
    }
  }

  @Override
  public void refused(Seat seat, Sent sent, Refusal refusal) {
    switch (refusal.getReason()) {
      case DRAINING -> seat.draining();
      case STUDENT_NOT_HELD, WARMING -> seat.doesNotHold(sent.first(), sent.end());
      case WRONG_PACKAGE, NO_CREDIT -> seat.lost("refusal", refusal.getReason().toString());
      case DEADLINE -> fail(sent, Status.Code.DEADLINE_EXCEEDED, seat, refusal);
      case ENGINE_FAILED, OVER_LIMIT, INVALID, REASON_UNSPECIFIED, UNRECOGNIZED ->
          fail(sent, Status.Code.INTERNAL, seat, refusal);
    }
    Job job = sent.batch().job();
    if (job.isDone()) {
      return;
    }
    if (sent.batch().refused(sent.awaited()) > MAX_REFUSALS) {
      fail(sent, Status.Code.UNAVAILABLE, seat, refusal);
      return;
    }
    queues.get(job.model()).putBack(sent.batch());
  }

  private void fail(Sent sent, Status.Code code, Seat seat, Refusal refusal) {
    Job job = sent.batch().job();
    String text =
        "seat %s refused the request: %s %s"
            .formatted(seat.address(), refusal.getReason(), refusal.getMessage())
            .strip();
    queues.get(job.model()).fail(job, new RefusedException(code, text));
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
