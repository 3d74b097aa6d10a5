package dev.cohort.aggregator.dispatch;

import dev.cohort.aggregator.NanoClock;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.aggregator.metrics.ServingMetrics;
import dev.cohort.aggregator.model.ServedModel;
import dev.cohort.policy.AdmissionPolicy;
import dev.cohort.policy.BatchCost;
import dev.cohort.policy.BatchLimits;
import dev.cohort.policy.HedgePolicy;
import dev.cohort.policy.PrefixPolicy;
import dev.cohort.policy.PriorityPolicy;
import dev.cohort.protocol.burst.v1.ModelSignals;
import dev.cohort.protocol.burst.v1.Queue;
import io.grpc.Status;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What waits for one model and what is on its way. Whenever seats have credits, and the batching
 * policy does not wait for more rows, the oldest row leaves with the rows that the plan puts beside
 * it, for as many students as the prefix policy says. Work that a seat did not do goes to another
 * one; what no seat can do ends with the longest complete prefix. Owned by the dispatch thread, but
 * for {@link #forecast}.
 */
final class ModelQueue {
  /** Rows of one batch: beyond this a batch gains nothing and a change of the prefix waits. */
  private static final int MAX_ROWS = 64;

  /** Parts of a batch are sent again at most this often; guards against an endless round. */
  private static final int MAX_RESENDS = 16;

  /** What a batch costs beside the engine, for messages and threads: plans weigh it. */
  private static final double BATCH_MICROS = 200;

  private final ServedModel model;
  private final ModelSeats seats;
  private final ServingMetrics metrics;
  private final NanoClock clock;
  private final PrefixSettings prefixes;
  private final double targetMicros;
  private final PrefixControl control;
  private final int floor;
  private final ModelLoad load;
  private final HedgePolicy hedging;
  private final BatchWait wait;
  private final RowBuffer buffer = new RowBuffer();
  private final Set<Batch> inFlight = new LinkedHashSet<>();
  private final Set<Batch> resends = new LinkedHashSet<>();
  private boolean wasServed;
  // Written by the dispatch thread, read by anyone.
  private volatile Forecast forecast = Forecast.UNKNOWN;

  ModelQueue(
      ServedModel model,
      List<Seat> seats,
      DispatchSettings settings,
      ServingMetrics metrics,
      Runnable changed,
      OwnerThread owner,
      NanoClock clock) {
    this.model = model;
    this.seats = new ModelSeats(model, seats);
    this.metrics = metrics;
    this.clock = clock;
    this.prefixes = settings.prefixes();
    this.targetMicros = prefixes.targetMicros();
    PrefixPolicy.Bounds bounds = prefixes.bounds(model.manifest());
    this.control = new PrefixControl(prefixes.policy(), bounds, clock.nanoTime());
    this.floor = prefixes.floor(model.manifest());
    this.hedging = settings.hedging();
    this.wait = new BatchWait(settings.batching(), owner, this::send);
    this.load = new ModelLoad(control.prefix(), changed, clock.nanoTime());
    metrics.prefix(model, control.prefix());
  }

  /** What became of the requests. Thread-safe. */
  Traffic traffic() {
    return load.traffic();
  }

  /** What a request that arrives now has to expect. */
  Forecast forecast() {
    return forecast;
  }

  /**
   * Sets the bounds of the prefix in place of those of the settings; 0 leaves one what the settings
   * say.
   *
   * @return the bounds that hold now
   */
  PrefixPolicy.Bounds bound(int min, int max) {
    control.bound(prefixes.within(min, max).bounds(model.manifest()));
    send();
    return control.bounds();
  }

  /** Queues a job's rows; fails it when no seat can run them. */
  void submit(Job job) {
    job.raiseMinStudents(control.min());
    if (refuseUnserved(job)) {
      return;
    }
    long now = clock.nanoTime();
    double micros = micros(job.rows().size(), job.tokens());
    if (refuseHopeless(job, micros, now)) {
      return;
    }
    buffer.add(job, now);
    control.arrived(micros, now);
    load.arrived(job, micros, now);
    send();
  }

  /** Sends what seats have credits for. */
  void send() {
    List.copyOf(resends).forEach(this::resend);
    boolean more = !buffer.isEmpty();
    while (more) {
      more = sendNext() && !buffer.isEmpty();
    }
    forecast = predict();
  }

  /** Time went by: the prefix may change. */
  void tick() {
    load.sample(clock.nanoTime());
    decide();
    send();
  }

  /** A seat answered for one student. */
  void answered(Batch batch, int student, float[] block) {
    BatchShape shape = batch.shape();
    long cells = (long) shape.rows() * shape.longest() * shape.longest();
    metrics.computed(model, shape.tokens(), cells, batch.usedCells());
    batch.take(student, block);
    forget(batch);
  }

  /** A seat will not do this; another may. */
  void returned(Sent sent, RefusedException reason) {
    Batch batch = sent.batch();
    batch.returned(sent.awaited(), reason);
    if (batch.resends() > MAX_RESENDS) {
      batch.giveUp(batch.complete());
    }
    resends.add(batch);
    metrics.resent("returned");
    forget(batch);
    send();
  }

  /** A seat is slow with this; another may be quicker, where the policy allows a copy. */
  void hedge(Seat slow, Sent sent) {
    if (sent.isCopied() || !isWorthACopy(slow, sent)) {
      return;
    }
    sent.copied();
    Batch batch = sent.batch();
    batch.avoided().add(slow);
    if (batch.resends() < MAX_RESENDS) {
      batch.hedge(sent.awaited());
      resends.add(batch);
      metrics.resent("slow");
    }
    forget(batch);
  }

  private boolean isWorthACopy(Seat slow, Sent sent) {
    long now = clock.nanoTime();
    Workload work = workload();
    double load = seats.isMeasured() ? control.utilisation(work.lanes(), now) : Double.NaN;
    double redoMicros = work.drainMicros(0) + sent.openMicros();
    return hedging.copies(
        load,
        new HedgePolicy.Late(
            slow.silentNanos(),
            sent.batch().nearestDeadlineNanos() - now,
            (long) (redoMicros * 1000)));
  }

  /** What a seat would not run whatever it is given ends with what others said. */
  void refused(Sent sent, RefusedException reason) {
    sent.batch().returned(sent.awaited(), reason);
    sent.batch().giveUp(sent.batch().complete());
    forget(sent.batch());
  }

  /** Whether enough students are served: all that may be asked at first, then the fewest. */
  boolean isServed() {
    int served = seats.heldUntil(seats.serving(), 0);
    wasServed = served >= (wasServed ? control.min() : control.bounds().max());
    return wasServed;
  }

  /** Whether fewer students would be served without these seats. */
  boolean needs(Set<Seat> leaving) {
    List<Seat> serving = seats.serving();
    List<Seat> others = serving.stream().filter(seat -> !leaving.contains(seat)).toList();
    return seats.heldUntil(others, 0) < seats.heldUntil(serving, 0);
  }

  /** Fails what no seat can run any more. */
  void failUnserved() {
    buffer.jobs().forEach(this::refuseUnserved);
  }

  /** Answers a job with what is there; false when that is not enough. */
  boolean rescue(Job job) {
    List<Batch> batches = inFlight.stream().filter(batch -> batch.holds(job)).toList();
    boolean enough =
        !buffer.jobs().contains(job)
            && batches.stream().allMatch(batch -> batch.complete() >= job.minStudents());
    if (enough) {
      batches.forEach(batch -> batch.answer(job));
      batches.forEach(this::forget);
    }
    return enough;
  }

  void fail(Job job, RefusedException reason) {
    remove(job);
    job.fail(reason);
  }

  void remove(Job job) {
    buffer.remove(job);
    inFlight.stream().filter(Batch::isDone).toList().forEach(this::forget);
    resends.removeIf(Batch::isDone);
  }

  void close() {
    RefusedException reason = RefusedException.unavailable("the aggregator is stopping");
    buffer.jobs().forEach(job -> fail(job, reason));
    List.copyOf(inFlight).forEach(batch -> batch.rows().forEach(row -> row.job().fail(reason)));
    inFlight.clear();
    resends.clear();
  }

  private boolean sendNext() {
    int prefix = decide();
    if (!seats.haveCredits()) {
      return false;
    }
    BatchCost cost = seats.cost();
    BatchCost whole =
        (students, tokens, count, longest) ->
            BATCH_MICROS + cost.micros(students, tokens, count, longest);
    BatchLimits limits = limits(cost, prefix);
    dropHopeless();
    if (buffer.isEmpty()
        || wait.holds(
            buffer, limits, workload().drainMicros(prefix), seats.busyMicros(), clock.nanoTime())) {
      return false;
    }
    List<QueuedRow> rows = buffer.next(whole, limits, prefix);
    BatchShape shape = BatchShape.of(rows);
    int asked =
        Math.max(prefix, rows.stream().mapToInt(row -> row.job().minStudents()).max().orElse(1));
    List<Seat> able = seats.able(shape, 0, asked, seat -> true);
    int run = Math.min(asked, seats.heldUntil(able, 0));
    if (rows.stream().anyMatch(row -> row.job().minStudents() > run)) {
      return refuse(rows);
    }
    List<ModelSeats.Placement> placed = seats.route(able, 0, run, shape);
    if (placed.isEmpty()) {
      return false;
    }
    buffer.removeAll(rows);
    Batch batch = new Batch(model, rows, asked, run, clock);
    inFlight.add(batch);
    placed.forEach(place -> place.seat().send(batch, place.first(), place.end()));
    rows.forEach(row -> row.job().rowSent());
    metrics.batch(model, shape.rows(), shape.tokens());
    return true;
  }

  /** Fails the jobs of rows that cannot run; returns whether any was. */
  private boolean refuse(List<QueuedRow> rows) {
    return rows.stream().map(QueuedRow::job).distinct().filter(this::refuseUnserved).count() > 0;
  }

  private void resend(Batch batch) {
    while (!batch.isDone() && !batch.unsent().isEmpty()) {
      int first = batch.unsent().nextSetBit(0);
      int open = batch.unsent().nextClearBit(first);
      List<Seat> able =
          seats.able(batch.shape(), first, open, seat -> !batch.avoided().contains(seat));
      int end = Math.min(open, seats.heldUntil(able, first));
      if (end > first) {
        List<ModelSeats.Placement> placed = seats.route(able, first, end, batch.shape());
        if (placed.isEmpty()) {
          return;
        }
        placed.forEach(place -> place.seat().send(batch, place.first(), place.end()));
      } else if (batch.isOut(first)) {
        // Nobody else can, but a slow seat may still answer.
        batch.unsent().clear(first);
      } else {
        batch.giveUp(first);
      }
    }
    resends.remove(batch);
    forget(batch);
  }

  private void ended(Batch batch) {
    batch.trace().note("cohort.students.used", batch.complete());
    batch.trace().end();
    if (batch.complete() > 0) {
      metrics.executed(model, batch.shape().rows(), batch.times());
    }
  }

  private void forget(Batch batch) {
    if (batch.isDone()) {
      if (inFlight.remove(batch)) {
        ended(batch);
      }
      resends.remove(batch);
    }
  }

  private int decide() {
    Workload work = workload();
    int prefix = control.decide(work, clock.nanoTime());
    metrics.prefix(model, prefix);
    int most = control.bounds().max();
    load.decided(prefix, prefix < most || work.drainMicros(most) > targetMicros);
    return prefix;
  }

  private Workload workload() {
    return new Workload(
        seats.backlogMicros(), micros(buffer.size(), buffer.tokens()), seats.lanes());
  }

  /**
   * A batch takes at most half the target on one lane, so that the next one can be different; but a
   * typical batch is always allowed.
   */
  private BatchLimits limits(BatchCost cost, int prefix) {
    int rows = Math.min(MAX_ROWS, model.maxRows());
    int tokens = Integer.MAX_VALUE;
    List<Seat> serving = seats.serving();
    for (Seat seat : serving) {
      rows = Math.min(rows, seat.maxRows());
      tokens = Math.min(tokens, seat.maxTokens());
    }
    int folded = Math.ceilDiv(prefix, Math.max(1, serving.size()));
    double inTarget = targetMicros / 2 / folded / tokenMicros(cost);
    return new BatchLimits(
        Math.max(1, rows), (int) Math.min(tokens, Math.max(BatchShape.TYPICAL.tokens(), inTarget)));
  }

  private Forecast predict() {
    Workload work = workload();
    if (work.isIdle() || !seats.isMeasured()) {
      return Forecast.UNKNOWN;
    }
    return new Forecast(
        work.drainMicros(control.min()), control.min() * tokenMicros(seats.cost()) / work.lanes());
  }

  /** What is to be told of this model. */
  ModelSignals signals() {
    long now = clock.nanoTime();
    Workload work = workload();
    boolean measured = work.lanes() > 0 && seats.isMeasured();
    ModelSignals.Builder signals =
        ModelSignals.newBuilder()
            .setName(model.name())
            .setVersion(model.version())
            .setPackageDigest(model.digest())
            .setReady(wasServed)
            .setStudentsTotal(model.studentsTotal())
            .setPrefixMin(control.min())
            .setPrefixMax(control.bounds().max())
            .setPrefixFloor(floor)
            .setLatencyTargetMicros(Math.round(targetMicros))
            .setQueue(
                Queue.newBuilder()
                    .setRequests(buffer.requests())
                    .setRows(buffer.size())
                    .setTokens(buffer.tokens())
                    .setOldestMicros(TimeUnit.NANOSECONDS.toMicros(buffer.oldestNanos(now))));
    if (measured) {
      signals
          .setDrainMicros(work.drainMicros(control.prefix()))
          .setDrainFullMicros(work.drainMicros(control.bounds().max()));
    }
    load.report(signals, measured, now);
    return signals.build();
  }

  /** Students are dropped, or would have to be. */
  boolean isBurst() {
    return load.isBurst();
  }

  /** What is told soon when it changes. */
  boolean isReady() {
    return wasServed;
  }

  /** Predicted engine time of one student for so many rows, in batches of a typical size. */
  private double micros(int rows, long tokens) {
    if (rows == 0) {
      return 0;
    }
    int together = Math.min(rows, BatchShape.TYPICAL.rows());
    int mean = (int) Math.ceilDiv(tokens, rows);
    return seats.cost().micros(1, together * mean, together, mean) * rows / together;
  }

  private static double tokenMicros(BatchCost cost) {
    BatchShape typical = BatchShape.TYPICAL;
    return cost.micros(1, typical.tokens(), typical.rows(), typical.longest()) / typical.tokens();
  }

  // By its exact tokens, which are not known when the request comes in.
  private boolean refuseHopeless(Job job, double studentMicros, long now) {
    Workload work = workload();
    if (work.isIdle() || !seats.isMeasured()) {
      return false;
    }
    int students = job.minStudents();
    double before =
        job.priority() < PriorityPolicy.DEFAULT_LEVEL
            ? work.drainMicros(0)
            : work.drainMicros(students);
    double predicted = before + BATCH_MICROS + students * studentMicros / work.lanes();
    double left = (job.deadlineNanos() - now) / 1e3;
    if (!AdmissionPolicy.isHopeless(predicted, left)) {
      return false;
    }
    metrics.refused(Status.Code.DEADLINE_EXCEEDED);
    load.traffic().refused(job.rows().size());
    job.fail(
        RefusedException.late(
            "the request's deadline is in %.3f ms, the earliest answer in %.3f ms"
                .formatted(left / 1000, predicted / 1000)));
    return true;
  }

  // What would be late even if it left now gives its engine time to others.
  private void dropHopeless() {
    Workload work = workload();
    if (work.outstandingMicros() == 0 || !seats.isMeasured()) {
      return;
    }
    long now = clock.nanoTime();
    double ahead = seats.busyMicros();
    for (Job job : buffer.first()) {
      double least = ahead + job.minStudents() * micros(1, job.longest()) / work.lanes();
      if (least > (job.deadlineNanos() - now) / 1e3) {
        metrics.expired();
        fail(
            job,
            RefusedException.late(
                "the request waited until its deadline could not be met any more"));
      }
    }
  }

  private boolean refuseUnserved(Job job) {
    List<Seat> serving = seats.serving();
    int served = seats.heldUntil(serving, 0);
    if (served < job.minStudents()) {
      fail(
          job,
          RefusedException.unavailable(
              "model '%s': no seat serves student %d now; %d seats are connected"
                  .formatted(model.name(), served, serving.size())));
      return true;
    }
    BatchShape alone = new BatchShape(1, job.longest(), job.longest());
    List<Seat> fitting = serving.stream().filter(seat -> seat.fits(alone)).toList();
    if (seats.heldUntil(fitting, 0) < job.minStudents()) {
      fail(
          job,
          RefusedException.invalid(
              "model '%s': a row of %d tokens is longer than its seats take"
                  .formatted(model.name(), job.longest())));
      return true;
    }
    return false;
  }
}
