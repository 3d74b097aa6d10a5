package dev.cohort.aggregator.dispatch;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The account with one seat: credits held, what was sent and not answered yet. Refuses answers that
 * do not fit. Owned by the dispatch thread.
 */
final class SeatLedger {
  /** More than any seat has use for; guards the account against overflow. */
  private static final int MAX_CREDITS = 1 << 20;

  private final Map<Long, Sent> sent = new LinkedHashMap<>();
  private long lastBatchId;
  private int credits;

  /** Batches that may be sent now. */
  int credits() {
    return credits;
  }

  /** Predicted engine time of what the seat has not answered, in microseconds. */
  double backlogMicros() {
    return sent.values().stream().mapToDouble(Sent::openMicros).sum();
  }

  /** Predicted engine time of the student that should answer next, in microseconds. */
  double nextMicros() {
    return sent.isEmpty() ? 0 : sent.values().iterator().next().studentMicros();
  }

  /** Batches that it has not answered. */
  int batches() {
    return sent.size();
  }

  /** Whether it owes no answer. */
  boolean isIdle() {
    return sent.isEmpty();
  }

  /** What the seat has not answered, oldest first. */
  List<Sent> open() {
    return List.copyOf(sent.values());
  }

  /** Notes a range of students as sent, for one credit; returns its batch id. */
  long send(Sent work) {
    long id = ++lastBatchId;
    credits--;
    sent.put(id, work);
    return id;
  }

  /** Notes credits that the seat gave. */
  void grant(int granted) throws SeatFaultException {
    if (granted > MAX_CREDITS - credits) {
      throw new SeatFaultException("more than %d credits".formatted(MAX_CREDITS));
    }
    credits += granted;
  }

  /** Notes one student's answer; returns what it belongs to. */
  Sent answered(SeatReply.Contribution block) throws SeatFaultException {
    Sent work = find(block.batchId());
    if (block.student() < 0 || !work.awaited().get(block.student())) {
      throw new SeatFaultException(
          "batch %d: student %d was not asked for or came twice"
              .formatted(block.batchId(), block.student()));
    }
    int rows = work.batch().shape().rows();
    if (block.rows() != rows) {
      throw new SeatFaultException(
          "batch %d: %d rows in place of %d".formatted(block.batchId(), block.rows(), rows));
    }
    work.awaited().clear(block.student());
    if (work.awaited().isEmpty()) {
      sent.remove(block.batchId());
    }
    return work;
  }

  /** Notes that the seat will not answer a batch; returns what it belongs to. */
  Sent refused(long batchId) throws SeatFaultException {
    Sent work = find(batchId);
    sent.remove(batchId);
    return work;
  }

  /** Whether a seat that works would have answered before this time. */
  boolean isSlow(long nowNanos) {
    return sent.values().stream().anyMatch(work -> nowNanos - work.expectedNanos() > 0);
  }

  /** Whether an answer should have come before this time. */
  boolean isOverdue(long nowNanos) {
    return sent.values().stream().anyMatch(work -> nowNanos - work.overdueNanos() > 0);
  }

  /** Begins anew, without credits; returns what was not answered. */
  List<Sent> clear() {
    List<Sent> unanswered = List.copyOf(sent.values());
    sent.clear();
    credits = 0;
    return unanswered;
  }

  private Sent find(long batchId) throws SeatFaultException {
    Sent work = sent.get(batchId);
    if (work == null) {
      throw new SeatFaultException("an answer to batch %d, which is not open".formatted(batchId));
    }
    return work;
  }
}
