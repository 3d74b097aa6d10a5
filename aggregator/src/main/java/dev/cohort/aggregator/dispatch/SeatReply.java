package dev.cohort.aggregator.dispatch;

import com.google.protobuf.ByteString;
import dev.cohort.protocol.student.v1.Block;
import dev.cohort.protocol.student.v1.ForwardResponse;
import dev.cohort.protocol.student.v1.Refusal;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** A message of a seat, decoded and checked as far as that is possible without the batch. */
sealed interface SeatReply {
  /** Credits granted with this message. */
  int credits();

  /** The stream's first message. */
  record Opened(int credits) implements SeatReply {}

  /**
   * One student's contribution {@code [rows,D]}, finite numbers only.
   *
   * @param engineMicros how long the engine took; 0 when the seat does not say
   */
  record Contribution(
      long batchId, int student, int rows, float[] values, long engineMicros, int credits)
      implements SeatReply {}

  /** The seat does not run this batch. */
  record Refused(long batchId, Refusal refusal, int credits) implements SeatReply {}

  /** The seat broke the protocol; the text says how. */
  record Fault(String text) implements SeatReply {
    @Override
    public int credits() {
      return 0;
    }
  }

  /** Decodes a message of a seat whose contributions have the given number of columns. */
  static SeatReply of(ForwardResponse message, int columns) {
    long batchId = message.getBatchId();
    int credits = message.getCredits();
    if (credits < 0) {
      return new Fault("credits %s".formatted(Integer.toUnsignedString(credits)));
    }
    return switch (message.getOutcomeCase()) {
      case BLOCK -> contribution(batchId, message.getBlock(), credits, columns);
      case REFUSAL -> new Refused(batchId, message.getRefusal(), credits);
      case OUTCOME_NOT_SET ->
          batchId == 0
              ? new Opened(credits)
              : new Fault("batch %d: neither block nor refusal".formatted(batchId));
    };
  }

  private static SeatReply contribution(long batchId, Block block, int credits, int columns) {
    ByteString bytes = block.getContribution();
    long expected = Integer.toUnsignedLong(block.getRows()) * columns * Float.BYTES;
    if (bytes.size() != expected || block.getRows() < 1) {
      return new Fault(
          "batch %d, student %d: %d bytes for %d rows of %d columns"
              .formatted(batchId, block.getStudent(), bytes.size(), block.getRows(), columns));
    }
    float[] values = new float[bytes.size() / Float.BYTES];
    FloatBuffer numbers =
        bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    numbers.get(values);
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        return new Fault(
            "batch %d, student %d: number %d is %s"
                .formatted(batchId, block.getStudent(), i, values[i]));
      }
    }
    return new Contribution(
        batchId, block.getStudent(), block.getRows(), values, block.getEngineMicros(), credits);
  }
}
