package dev.cohort.aggregator.oip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.aggregator.Requests;
import dev.cohort.protocol.inference.InferTensorContents;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TensorCodecTest {
  private static ByteString bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return ByteString.copyFrom(bytes);
  }

  private static void assertInvalid(RefusedException refused, String... parts) {
    assertEquals(Status.Code.INVALID_ARGUMENT, refused.code());
    for (String part : parts) {
      assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }
  }

  @Test
  void bytesAreLengthThenContent() {
    InferTensorContents contents =
        InferTensorContents.newBuilder()
            .addBytesContents(ByteString.copyFrom("ab", StandardCharsets.UTF_8))
            .addBytesContents(ByteString.EMPTY)
            .build();
    ByteString raw = TensorCodec.raw(Datatype.BYTES, contents);
    assertEquals(bytes(2, 0, 0, 0, 'a', 'b', 0, 0, 0, 0), raw);
    assertEquals(contents.getBytesContentsList(), TensorCodec.strings("t", raw, 2));
  }

  @Test
  void partsOfALargerBodyAreRead() {
    ByteString body = bytes('{', '}', 1, 0, 0, 0, 'a', 7, 0, 0, 0);
    byte[] array = body.toByteArray();
    ByteString text = UnsafeByteOperations.unsafeWrap(array, 2, 5);
    assertEquals(List.of(ByteString.copyFromUtf8("a")), TensorCodec.strings("t", text, 1));
    ByteString number = UnsafeByteOperations.unsafeWrap(array, 7, 4);
    assertEquals(7, TensorCodec.elements("t", Datatype.INT32, number, 1).getInt());
  }

  @Test
  void numbersAreLittleEndian() {
    InferTensorContents contents = InferTensorContents.newBuilder().addInt64Contents(258).build();
    assertEquals(bytes(2, 1, 0, 0, 0, 0, 0, 0), TensorCodec.raw(Datatype.INT64, contents));
  }

  @Test
  void lengthThatIsCutOffIsRefused() {
    assertInvalid(
        Requests.refusal(() -> TensorCodec.strings("text", bytes(1, 0, 0, 0, 'a', 9, 0), 2)),
        "'text'",
        "element 1");
  }

  @Test
  void lengthBeyondTheEndIsRefused() {
    assertInvalid(
        Requests.refusal(() -> TensorCodec.strings("text", bytes(5, 0, 0, 0, 'a'), 1)),
        "length 5",
        "1 bytes are left");
  }

  @Test
  void lengthIsUnsigned() {
    assertInvalid(
        Requests.refusal(() -> TensorCodec.strings("text", bytes(0xff, 0xff, 0xff, 0xff, 'a'), 1)),
        "length 4294967295");
  }

  @Test
  void otherCountThanTheShapeIsRefused() {
    ByteString two = bytes(0, 0, 0, 0, 0, 0, 0, 0);
    for (int count : List.of(1, 3, Integer.MAX_VALUE)) {
      assertInvalid(
          Requests.refusal(() -> TensorCodec.strings("text", two, count)),
          "2 elements",
          Integer.toString(count));
    }
  }

  @Test
  void numbersThatDoNotFillTheShapeAreRefused() {
    assertInvalid(
        Requests.refusal(() -> TensorCodec.elements("ids", Datatype.INT64, bytes(1, 2, 3), 1)),
        "'ids'",
        "3 bytes",
        "need 8");
  }
}
