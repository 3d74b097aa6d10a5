package dev.cohort.aggregator.dispatch;

import dev.cohort.protocol.student.v1.Refusal;
import java.util.List;

/** What seats tell the dispatcher. All calls come on the dispatch thread. */
interface SeatEvents {
  /** The seat gave credits. */
  void granted(Seat seat);

  /** The seat is connected, or holds other students than before. */
  void widened(Seat seat);

  /** The seat can take less work than before; it may be gone. */
  void narrowed(Seat seat);

  /** A seat answered for one student of a batch. */
  void answered(Batch batch, int student, float[] block);

  /** The seat has answered for all students of something that it was sent, after this long. */
  void replied(Seat seat, long nanos);

  /** The seat did not run this. */
  void refused(Seat seat, Sent sent, Refusal refusal);

  /** The seat was lost with this work. */
  void returned(Seat seat, Sent sent, String reason);

  /** The seat has been silent for too long; it may still answer this work. */
  void slow(Seat seat, List<Sent> work);

  /** The seat was lost or could not be reached; counted. */
  void failed(Seat seat, String kind, String text);

  /** The seat is no member any more, has nothing left to do and is disconnected. */
  void left(Seat seat);
}
