package dev.cohort.aggregator.dispatch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import com.google.protobuf.ByteString;
import dev.cohort.protocol.student.v1.Block;
import dev.cohort.protocol.student.v1.ForwardResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class SeatReplyTest {
  private static ForwardResponse block(int rows, float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return ForwardResponse.newBuilder()
        .setBatchId(3)
        .setCredits(1)
        .setBlock(
            Block.newBuilder()
                .setStudent(1)
                .setRows(rows)
                .setContribution(ByteString.copyFrom(bytes)))
        .build();
  }

  private static void assertFault(ForwardResponse message) {
    assertInstanceOf(SeatReply.Fault.class, SeatReply.of(message, 2));
  }

  @Test
  void decodesABlock() {
    SeatReply.Contribution block =
        assertInstanceOf(SeatReply.Contribution.class, SeatReply.of(block(2, 1, -2, 0.5f, 4), 2));
    assertEquals(3, block.batchId());
    assertEquals(1, block.student());
    assertEquals(2, block.rows());
    assertEquals(1, block.credits());
    assertArrayEquals(new float[] {1, -2, 0.5f, 4}, block.values());
  }

  @Test
  void wrongSizesAreFaults() {
    assertFault(block(1, 1, 2, 3));
    assertFault(block(2, 1, 2));
    assertFault(block(0));
    assertFault(block(-1, 1, 2));
    assertFault(block(1 << 30, 1, 2));
  }

  @Test
  void numbersThatAreNotFiniteAreFaults() {
    assertFault(block(1, 1, Float.NaN));
    assertFault(block(1, Float.POSITIVE_INFINITY, 1));
  }

  @Test
  void creditsBeyondAnIntegerAreFaults() {
    assertFault(ForwardResponse.newBuilder().setCredits(-1).build());
  }

  @Test
  void onlyTheFirstMessageMayBeEmpty() {
    assertEquals(
        new SeatReply.Opened(4),
        SeatReply.of(ForwardResponse.newBuilder().setCredits(4).build(), 2));
    assertFault(ForwardResponse.newBuilder().setBatchId(1).build());
  }
}
