package dev.cohort.aggregator.dispatch;

import dev.cohort.aggregator.RefusedException;
import dev.cohort.aggregator.model.ServedModel;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Future;

/**
 * The batches of one model that wait for a seat, oldest first. A batch leaves when all its students
 * are sent; each student goes out as soon as a seat has a credit for it. Owned by the dispatch
 * thread.
 */
final class ModelQueue {
  /** How many batches behind the oldest are tried when the oldest must wait for one student. */
  private static final int LOOKAHEAD = 64;

  private final ServedModel model;
  private final List<Seat> seats;
  private final Deque<Batch> waiting = new ArrayDeque<>();

  ModelQueue(ServedModel model, List<Seat> seats) {
    this.model = model;
    this.seats = seats;
  }

  /** Cuts a job into batches and queues them; fails it when no seat can run them. */
  void submit(Job job, Future<?> timer) {
    BatchCutter.Bounds bounds = new BatchCutter.Bounds(model.maxRows(), Integer.MAX_VALUE);
    for (Seat seat : serving()) {
      bounds = seat.narrow(bounds);
    }
    List<Batch> batches = BatchCutter.cut(job, bounds);
    job.queued(batches.size(), timer);
    waiting.addAll(batches);
    batches.forEach(this::failUnserved);
    send();
  }

  /** Puts a batch that a seat did not run back to where it came from: the front. */
  void putBack(Batch batch) {
    if (!waiting.contains(batch)) {
      waiting.addFirst(batch);
      batch.job().batchReturned();
    }
    failUnserved(batch);
    send();
  }

  /** Sends what seats have credits for. */
  void send() {
    List<Seat> serving = serving();
    Iterator<Batch> batches = waiting.iterator();
    for (int tried = 0; batches.hasNext() && tried <= LOOKAHEAD; tried++) {
      if (serving.stream().noneMatch(seat -> seat.credits() > 0)) {
        return;
      }
      Batch batch = batches.next();
      if (batch.job().isDone()) {
        batches.remove();
        continue;
      }
      send(batch, serving);
      if (batch.unsent().isEmpty()) {
        batches.remove();
        batch.job().batchSent();
      }
    }
  }

  /** Whether some seat serves each student. */
  boolean isServed() {
    return served(serving()).cardinality() == model.studentsTotal();
  }

  /** Fails what no seat can run any more. */
  void failUnserved() {
    List.copyOf(waiting).forEach(this::failUnserved);
  }

  void fail(Job job, RefusedException reason) {
    remove(job);
    job.fail(reason);
  }

  void remove(Job job) {
    waiting.removeIf(batch -> batch.job() == job);
  }

  void close() {
    List.copyOf(waiting)
        .forEach(
            batch -> fail(batch.job(), RefusedException.unavailable("the aggregator is stopping")));
  }

  private static void send(Batch batch, List<Seat> serving) {
    List<Seat> fitting = serving.stream().filter(seat -> seat.fits(batch)).toList();
    for (Router.Range<Seat> range : Router.place(batch.unsent(), fitting)) {
      range.seat().send(batch, range.first(), range.end());
      batch.unsent().clear(range.first(), range.end());
    }
  }

  private void failUnserved(Batch batch) {
    if (batch.job().isDone()) {
      return;
    }
    List<Seat> serving = serving();
    BitSet missing = (BitSet) batch.unsent().clone();
    missing.andNot(served(serving));
    if (!missing.isEmpty()) {
      fail(
          batch.job(),
          RefusedException.unavailable(
              "model '%s': no seat serves student %d now; %d seats are connected"
                  .formatted(model.name(), missing.nextSetBit(0), serving.size())));
      return;
    }
    missing = (BitSet) batch.unsent().clone();
    missing.andNot(served(serving.stream().filter(seat -> seat.fits(batch)).toList()));
    if (!missing.isEmpty()) {
      fail(
          batch.job(),
          RefusedException.invalid(
              "model '%s': a row of %d tokens is longer than its seats take"
                  .formatted(model.name(), batch.longest())));
    }
  }

  private List<Seat> serving() {
    return seats.stream().filter(seat -> seat.serves(model)).toList();
  }

  private BitSet served(List<Seat> serving) {
    BitSet served = new BitSet();
    for (int student = 0; student < model.studentsTotal(); student++) {
      int k = student;
      served.set(k, serving.stream().anyMatch(seat -> seat.holds(k)));
    }
    return served;
  }
}
