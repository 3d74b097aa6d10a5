package dev.cohort.student.seat;

import com.google.protobuf.UnsafeByteOperations;
import dev.cohort.protocol.student.v1.Block;
import dev.cohort.protocol.student.v1.ForwardRequest;
import dev.cohort.protocol.student.v1.ForwardResponse;
import dev.cohort.protocol.student.v1.Refusal;
import dev.cohort.protocol.student.v1.Refusal.Reason;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntSupplier;

/**
 * One aggregator's stream. Requests come from gRPC one at a time; replies may be sent from any
 * thread. The number of batches here, and so of replies that gRPC may have to buffer, is bounded by
 * the stream's credits.
 */
final class ForwardStream implements StreamObserver<ForwardRequest> {
  /** Decides about each batch of a stream. */
  interface Admission {
    /** Queues the batch, or throws. */
    void admit(ForwardStream stream, ForwardRequest request) throws RefusedException;
  }

  private final ServerCallStreamObserver<ForwardResponse> replies;
  private final CreditPool.Account account;
  private final Admission admission;
  private final IntSupplier queueLength;
  private final SeatMetrics metrics;
  private final Runnable onEnd;

  /** Batches of this stream not ended yet. Guarded by this. */
  private final Set<Long> open = new HashSet<>();

  /** The client sends nothing more. Guarded by this. */
  private boolean halfClosed;

  /** Nothing can be sent any more. Guarded by this. */
  private boolean ended;

  ForwardStream(
      ServerCallStreamObserver<ForwardResponse> replies,
      CreditPool.Opened opened,
      Admission admission,
      IntSupplier queueLength,
      SeatMetrics metrics,
      Runnable onEnd) {
    this.replies = replies;
    this.account = opened.account();
    this.admission = admission;
    this.queueLength = queueLength;
    this.metrics = metrics;
    this.onEnd = onEnd;
    send(ForwardResponse.newBuilder().setCredits(opened.credits()));
  }

  @Override
  public void onNext(ForwardRequest request) {
    if (!account.spend()) {
      refuse(request.getBatchId(), Reason.NO_CREDIT, "the batch was sent without a credit", 0);
      return;
    }
    if (!begin(request.getBatchId())) {
      refuse(
          request.getBatchId(),
          Reason.INVALID,
          "batch_id %d is 0 or still in use".formatted(request.getBatchId()),
          account.end());
      return;
    }
    try {
      admission.admit(this, request);
    } catch (RefusedException e) {
      refuse(request.getBatchId(), e.reason(), e.getMessage());
    }
  }

  @Override
  public void onError(Throwable cause) {
    end();
  }

  @Override
  public void onCompleted() {
    synchronized (this) {
      halfClosed = true;
    }
    completeWhenIdle();
  }

  /** Whether the client is gone; its batches need not run. */
  synchronized boolean isEnded() {
    return ended;
  }

  /** Sends a block that is not the batch's last message. */
  void block(long batch, int student, float[] contribution, int rows, long engineMicros) {
    send(response(batch).setBlock(toBlock(student, contribution, rows, engineMicros)));
  }

  /** Sends the batch's last block and gives its credit back. */
  void lastBlock(long batch, int student, float[] contribution, int rows, long engineMicros) {
    finish(batch, response(batch).setBlock(toBlock(student, contribution, rows, engineMicros)));
  }

  /** Ends a batch with a refusal and gives its credit back. */
  void refuse(long batch, Reason reason, String message) {
    metrics.refused(reason);
    finish(batch, response(batch).setRefusal(refusal(reason, message)));
  }

  /** Ends a batch of which nobody will read an answer. */
  void forget(long batch) {
    synchronized (this) {
      open.remove(batch);
    }
    account.end();
  }

  /** Closes the stream from this side; the client sees a normal end. */
  void complete() {
    boolean first;
    synchronized (this) {
      first = !ended;
      ended = true;
      if (first && !replies.isCancelled()) {
        replies.onCompleted();
      }
    }
    if (first) {
      closeAccount();
    }
  }

  /** The client is gone. */
  void end() {
    boolean first;
    synchronized (this) {
      first = !ended;
      ended = true;
    }
    if (first) {
      closeAccount();
    }
  }

  private void closeAccount() {
    account.close();
    onEnd.run();
  }

  private synchronized boolean begin(long batch) {
    return batch != 0 && open.add(batch);
  }

  private void finish(long batch, ForwardResponse.Builder reply) {
    synchronized (this) {
      open.remove(batch);
    }
    send(reply.setCredits(account.end()));
    completeWhenIdle();
  }

  private void refuse(long batch, Reason reason, String message, int credits) {
    metrics.refused(reason);
    send(response(batch).setRefusal(refusal(reason, message)).setCredits(credits));
  }

  private void completeWhenIdle() {
    boolean idle;
    synchronized (this) {
      idle = halfClosed && open.isEmpty();
    }
    if (idle) {
      complete();
    }
  }

  private void send(ForwardResponse.Builder reply) {
    ForwardResponse message = reply.setQueueLength(queueLength.getAsInt()).build();
    synchronized (this) {
      if (!ended && !replies.isCancelled()) {
        replies.onNext(message);
      }
    }
  }

  private static ForwardResponse.Builder response(long batch) {
    return ForwardResponse.newBuilder().setBatchId(batch);
  }

  private static Refusal refusal(Reason reason, String message) {
    return Refusal.newBuilder().setReason(reason).setMessage(message).build();
  }

  private static Block toBlock(int student, float[] contribution, int rows, long engineMicros) {
    ByteBuffer bytes =
        ByteBuffer.allocate(contribution.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(contribution);
    return Block.newBuilder()
        .setStudent(student)
        .setRows(rows)
        .setContribution(UnsafeByteOperations.unsafeWrap(bytes))
        .setEngineMicros(engineMicros)
        .build();
  }
}
