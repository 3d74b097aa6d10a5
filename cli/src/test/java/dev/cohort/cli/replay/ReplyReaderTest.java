package dev.cohort.cli.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import dev.cohort.protocol.inference.InferParameter;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferResponse;
import dev.cohort.protocol.inference.ModelInferResponse.InferOutputTensor;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class ReplyReaderTest {
  private static InferOutputTensor.Builder output(String name) {
    return InferOutputTensor.newBuilder().setName(name);
  }

  private static ByteString bytes(int... values) {
    ByteString bytes = ByteString.EMPTY;
    for (int value : values) {
      bytes = bytes.concat(ByteString.copyFrom(new byte[] {(byte) value}));
    }
    return bytes;
  }

  @Test
  void readsTypedOutputs() {
    ModelInferResponse response =
        ModelInferResponse.newBuilder()
            .putParameters("students_total", InferParameter.newBuilder().setInt64Param(4).build())
            .putParameters("pruned", InferParameter.newBuilder().setBoolParam(true).build())
            .addOutputs(
                output("students_used")
                    .setContents(InferTensorContents.newBuilder().addIntContents(3)))
            .addOutputs(
                output("label")
                    .setContents(
                        InferTensorContents.newBuilder()
                            .addBytesContents(ByteString.copyFromUtf8("größe"))))
            .build();
    assertEquals(
        Optional.of(new Reply(Optional.of("größe"), OptionalInt.of(3), 4, true, false)),
        ReplyReader.read(response));
  }

  @Test
  void readsRawOutputs() {
    ModelInferResponse response =
        ModelInferResponse.newBuilder()
            .addOutputs(output("label"))
            .addOutputs(output("students_used"))
            .addRawOutputContents(bytes(2, 0, 0, 0, 'o', 'k'))
            .addRawOutputContents(bytes(2, 1, 0, 0))
            .build();
    assertEquals(
        Optional.of(new Reply(Optional.of("ok"), OptionalInt.of(258), 0, false, false)),
        ReplyReader.read(response));
  }

  @Test
  void outputsMayBeMissing() {
    assertEquals(
        Optional.of(new Reply(Optional.empty(), OptionalInt.empty(), 0, false, false)),
        ReplyReader.read(ModelInferResponse.getDefaultInstance()));
  }

  @Test
  void contentsMayNot() {
    assertEquals(
        Optional.empty(),
        ReplyReader.read(ModelInferResponse.newBuilder().addOutputs(output("label")).build()));
    assertEquals(
        Optional.empty(),
        ReplyReader.read(
            ModelInferResponse.newBuilder()
                .addOutputs(output("label"))
                .addRawOutputContents(bytes(9, 0, 0, 0, 'x'))
                .build()));
  }
}
