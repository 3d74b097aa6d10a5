package dev.cohort.aggregator.oip;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.cohort.protocol.inference.InferParameter;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferResponse;
import dev.cohort.protocol.inference.ModelInferResponse.InferOutputTensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Writes an answer as the protocol's response, in raw form when the request was raw, else typed.
 * Immutable and thread-safe.
 */
public final class AnswerWriter {
  private final String model;
  private final String version;

  /** A writer for one model. */
  public AnswerWriter(String model, String version) {
    this.model = model;
    this.version = version;
  }

  /** The response to a call. */
  public ModelInferResponse write(InferCall call, Answer answer) {
    ModelInferResponse.Builder response =
        ModelInferResponse.newBuilder()
            .setModelName(model)
            .setModelVersion(version)
            .setId(call.id())
            .putParameters(
                "students_total",
                InferParameter.newBuilder().setInt64Param(answer.studentsTotal()).build())
            .putParameters("pruned", flag(answer.pruned()))
            .putParameters("degraded", flag(answer.degraded()));
    for (Output output : call.outputs()) {
      InferOutputTensor.Builder tensor =
          InferOutputTensor.newBuilder()
              .setName(output.wireName())
              .setDatatype(output.type().name())
              .addShape(answer.rows())
              .addShape(output.columns(answer.columns()));
      if (call.raw()) {
        response.addRawOutputContents(raw(output, answer));
      } else {
        tensor.setContents(typed(output, answer));
      }
      response.addOutputs(tensor);
    }
    return response.build();
  }

  private static InferParameter flag(boolean value) {
    return InferParameter.newBuilder().setBoolParam(value).build();
  }

  private static ByteString raw(Output output, Answer answer) {
    return switch (output) {
      case LABEL -> TensorCodec.raw(Datatype.BYTES, typed(output, answer));
      case PROBABILITIES, EMBEDDING -> floats(answer.activated());
      case LOGITS -> floats(answer.logits());
      case STUDENTS_USED -> TensorCodec.raw(Datatype.INT32, typed(output, answer));
    };
  }

  private static InferTensorContents typed(Output output, Answer answer) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    switch (output) {
      case LABEL ->
          answer.labels().forEach(l -> contents.addBytesContents(ByteString.copyFromUtf8(l)));
      case PROBABILITIES, EMBEDDING -> addFloats(contents, answer.activated());
      case LOGITS -> addFloats(contents, answer.logits());
      case STUDENTS_USED -> {
        for (int used : answer.studentsUsed()) {
          contents.addIntContents(used);
        }
      }
    }
    return contents.build();
  }

  private static void addFloats(InferTensorContents.Builder contents, float[] values) {
    for (float value : values) {
      contents.addFp32Contents(value);
    }
  }

  private static ByteString floats(float[] values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(values);
    return UnsafeByteOperations.unsafeWrap(buffer);
  }
}
