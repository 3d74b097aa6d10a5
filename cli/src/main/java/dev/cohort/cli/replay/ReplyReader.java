package dev.cohort.cli.replay;

import com.google.protobuf.ByteString;
import dev.cohort.protocol.inference.InferParameter;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.OptionalInt;

/** Reads a response to one row, in typed or raw form. Stateless. */
public final class ReplyReader {
  private ReplyReader() {}

  /** The reply; empty when the response has an output that cannot be read. */
  public static Optional<Reply> read(ModelInferResponse response) {
    try {
      return Optional.of(
          new Reply(
              label(response),
              studentsUsed(response),
              (int) parameter(response, "students_total").getInt64Param(),
              parameter(response, "pruned").getBoolParam(),
              parameter(response, "degraded").getBoolParam()));
    } catch (IndexOutOfBoundsException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> label(ModelInferResponse response) {
    int output = indexOf(response, ModelTensors.LABEL);
    if (output < 0) {
      return Optional.empty();
    }
    if (response.getRawOutputContentsCount() == 0) {
      return Optional.of(typed(response, output).getBytesContents(0).toStringUtf8());
    }
    ByteString raw = response.getRawOutputContents(output);
    return Optional.of(
        raw.substring(Integer.BYTES, Integer.BYTES + firstInteger(raw)).toStringUtf8());
  }

  private static OptionalInt studentsUsed(ModelInferResponse response) {
    int output = indexOf(response, ModelTensors.STUDENTS_USED);
    if (output < 0) {
      return OptionalInt.empty();
    }
    return OptionalInt.of(
        response.getRawOutputContentsCount() == 0
            ? typed(response, output).getIntContents(0)
            : firstInteger(response.getRawOutputContents(output)));
  }

  private static InferTensorContents typed(ModelInferResponse response, int output) {
    return response.getOutputs(output).getContents();
  }

  private static int firstInteger(ByteString raw) {
    ByteBuffer buffer = raw.substring(0, Integer.BYTES).asReadOnlyByteBuffer();
    return buffer.order(ByteOrder.LITTLE_ENDIAN).getInt();
  }

  private static InferParameter parameter(ModelInferResponse response, String name) {
    return response.getParametersOrDefault(name, InferParameter.getDefaultInstance());
  }

  private static int indexOf(ModelInferResponse response, String name) {
    for (int output = 0; output < response.getOutputsCount(); output++) {
      if (response.getOutputs(output).getName().equals(name)) {
        return output;
      }
    }
    return -1;
  }
}
