package dev.cohort.aggregator.oip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.protocol.inference.InferTensorContents;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class TensorCodecProperties {
  @Property
  void stringsComeBack(@ForAll @Size(max = 20) List<byte[]> values) {
    InferTensorContents typed =
        InferTensorContents.newBuilder()
            .addAllBytesContents(values.stream().map(ByteString::copyFrom).toList())
            .build();
    roundTrip(Datatype.BYTES, typed, values.size());
  }

  @Property
  void longsComeBack(@ForAll @Size(max = 50) List<Long> values) {
    roundTrip(
        Datatype.INT64,
        InferTensorContents.newBuilder().addAllInt64Contents(values).build(),
        values.size());
  }

  @Property
  void integersComeBack(@ForAll @Size(max = 50) List<Integer> values) {
    roundTrip(
        Datatype.INT32,
        InferTensorContents.newBuilder().addAllIntContents(values).build(),
        values.size());
  }

  @Property
  void floatsComeBackBitForBit(@ForAll @Size(max = 50) List<Integer> bits) {
    InferTensorContents.Builder typed = InferTensorContents.newBuilder();
    bits.stream()
        .map(Float::intBitsToFloat)
        .filter(value -> !Float.isNaN(value))
        .forEach(typed::addFp32Contents);
    roundTrip(Datatype.FP32, typed.build(), typed.getFp32ContentsCount());
  }

  @Property
  void anyBytesAreReadOrRefused(@ForAll byte[] raw, @ForAll @IntRange(min = 0, max = 8) int count) {
    try {
      List<ByteString> strings = TensorCodec.strings("t", ByteString.copyFrom(raw), count);
      InferTensorContents typed =
          InferTensorContents.newBuilder().addAllBytesContents(strings).build();
      assertEquals(
          Arrays.toString(raw),
          Arrays.toString(TensorCodec.raw(Datatype.BYTES, typed).toByteArray()));
    } catch (RefusedException expected) {
      assertEquals(io.grpc.Status.Code.INVALID_ARGUMENT, expected.code());
    }
  }

  private static void roundTrip(Datatype type, InferTensorContents typed, int count) {
    ByteString raw = TensorCodec.raw(type, typed);
    assertEquals(typed, TensorCodec.typed("t", type, raw, count));
    assertEquals(raw, TensorCodec.raw(type, TensorCodec.typed("t", type, raw, count)));
  }
}
