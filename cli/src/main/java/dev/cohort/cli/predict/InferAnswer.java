package dev.cohort.cli.predict;

import com.google.protobuf.ByteString;
import dev.cohort.cli.CommandException;
import dev.cohort.packages.Manifest.Task;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferResponse;
import dev.cohort.protocol.inference.ModelInferResponse.InferOutputTensor;
import java.util.ArrayList;
import java.util.List;

/** The tensors of a response with typed contents, by name; the answer to a request with such. */
record InferAnswer(ModelInferResponse response) {

  /** What the tensors of this answer mean. */
  Task task() {
    if (has("label")) {
      return Task.CLASSIFICATION;
    }
    return has("embedding") ? Task.EMBEDDING : Task.REGRESSION;
  }

  /** An INT32 tensor. */
  List<Integer> integers(String name) {
    return contents(name).getIntContentsList();
  }

  /** A BYTES tensor of UTF-8 texts. */
  List<String> texts(String name) {
    return contents(name).getBytesContentsList().stream().map(ByteString::toStringUtf8).toList();
  }

  /** An FP32 tensor, cut into rows. */
  List<float[]> rows(String name, int rows) {
    List<Float> numbers = contents(name).getFp32ContentsList();
    int columns = numbers.size() / rows;
    List<float[]> cut = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      float[] values = new float[columns];
      for (int column = 0; column < columns; column++) {
        values[column] = numbers.get(row * columns + column);
      }
      cut.add(values);
    }
    return cut;
  }

  private boolean has(String name) {
    return response.getOutputsList().stream().anyMatch(output -> output.getName().equals(name));
  }

  private InferTensorContents contents(String name) {
    return response.getOutputsList().stream()
        .filter(output -> output.getName().equals(name) && output.hasContents())
        .findFirst()
        .map(InferOutputTensor::getContents)
        .orElseThrow(
            () ->
                CommandException.failure(
                    "the server's answer has no typed tensor '%s'; it is no Cohort server"
                        .formatted(name)));
  }
}
