package dev.cohort.benchmarks.load;

import com.google.protobuf.ByteString;
import dev.cohort.packages.Manifest;
import dev.cohort.protocol.inference.InferParameter;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferInputTensor;
import dev.cohort.protocol.inference.ModelInferRequest.InferRequestedOutputTensor;
import java.util.List;

/**
 * Makes requests to a model. They ask for the answer itself and for the number of students.
 * Immutable.
 */
public final class InferRequests {
  private final ModelInferRequest frame;

  /** Requests to the model of a package; single texts. */
  public InferRequests(Manifest manifest) {
    this(
        ModelInferRequest.newBuilder()
            .setModelName(manifest.name())
            .addOutputs(output(answer(manifest.task())))
            .addOutputs(output("students_used"))
            .build());
  }

  private InferRequests(ModelInferRequest frame) {
    this.frame = frame;
  }

  /** The same with {@code min_students}. */
  public InferRequests minStudents(int students) {
    return new InferRequests(
        frame.toBuilder()
            .putParameters(
                "min_students", InferParameter.newBuilder().setInt64Param(students).build())
            .build());
  }

  /** A row for each text. */
  public ModelInferRequest texts(List<String> texts) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    texts.forEach(text -> contents.addBytesContents(ByteString.copyFromUtf8(text)));
    return with(tensor("text", "BYTES", texts.size(), 1).setContents(contents));
  }

  /** A request of one row for each text. */
  public List<ModelInferRequest> each(List<String> texts) {
    return texts.stream().map(text -> texts(List.of(text))).toList();
  }

  /** Rows of the same length, token ids. */
  public ModelInferRequest tokens(int[][] rows) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (int[] row : rows) {
      for (int id : row) {
        contents.addInt64Contents(id);
      }
    }
    return with(tensor("input_ids", "INT64", rows.length, rows[0].length).setContents(contents));
  }

  private ModelInferRequest with(InferInputTensor.Builder input) {
    return frame.toBuilder().addInputs(input).build();
  }

  private static InferInputTensor.Builder tensor(
      String name, String datatype, int rows, int columns) {
    return InferInputTensor.newBuilder()
        .setName(name)
        .setDatatype(datatype)
        .addShape(rows)
        .addShape(columns);
  }

  private static InferRequestedOutputTensor output(String name) {
    return InferRequestedOutputTensor.newBuilder().setName(name).build();
  }

  private static String answer(Manifest.Task task) {
    return switch (task) {
      case CLASSIFICATION -> "label";
      case REGRESSION -> "logits";
      case EMBEDDING -> "embedding";
    };
  }
}
