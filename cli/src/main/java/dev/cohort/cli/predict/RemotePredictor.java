package dev.cohort.cli.predict;

import com.google.protobuf.ByteString;
import dev.cohort.cli.CommandException;
import dev.cohort.cli.Target;
import dev.cohort.packages.Manifest.Task;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferInputTensor;
import dev.cohort.protocol.inference.ModelInferResponse;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Asks a running server over the Open Inference Protocol, each time with a deadline. */
final class RemotePredictor implements Predictor {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private final Target target;
  private final String model;
  private final ManagedChannel channel;

  /**
   * @param model that the server serves
   */
  RemotePredictor(Target target, String model) {
    this.target = target;
    this.model = model;
    this.channel = target.channelBuilder().build();
  }

  @Override
  public List<Prediction> predict(List<Question> rows) {
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(model);
    if (rows.getFirst().second().isEmpty()) {
      request.addInputs(input("text", rows, Question::first));
    } else {
      request.addInputs(input("text_a", rows, Question::first));
      request.addInputs(input("text_b", rows, question -> question.second().orElseThrow()));
    }
    return predictions(new InferAnswer(infer(request.build())), rows.size());
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }

  private ModelInferResponse infer(ModelInferRequest request) {
    try {
      return GRPCInferenceServiceGrpc.newBlockingStub(channel)
          .withDeadlineAfter(DEADLINE.toMillis(), TimeUnit.MILLISECONDS)
          .modelInfer(request);
    } catch (StatusRuntimeException e) {
      throw refused(e.getStatus());
    }
  }

  private CommandException refused(Status status) {
    String why = status.getDescription() == null ? "no reason given" : status.getDescription();
    String message = "%s answered %s: %s".formatted(target, status.getCode(), why);
    return switch (status.getCode()) {
      case INVALID_ARGUMENT, NOT_FOUND -> CommandException.input(message);
      default -> CommandException.failure(message);
    };
  }

  private static InferInputTensor input(
      String name, List<Question> rows, Function<Question, String> text) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    rows.forEach(row -> contents.addBytesContents(ByteString.copyFromUtf8(text.apply(row))));
    return InferInputTensor.newBuilder()
        .setName(name)
        .setDatatype("BYTES")
        .addShape(rows.size())
        .addShape(1)
        .setContents(contents)
        .build();
  }

  private static List<Prediction> predictions(InferAnswer answer, int rows) {
    List<Integer> used = answer.integers("students_used");
    Task task = answer.task();
    List<String> labels =
        task == Task.CLASSIFICATION
            ? answer.texts("label")
            : java.util.Collections.nCopies(rows, "");
    List<float[]> values =
        answer.rows(
            switch (task) {
              case CLASSIFICATION -> "probabilities";
              case REGRESSION -> "logits";
              case EMBEDDING -> "embedding";
            },
            rows);
    return java.util.stream.IntStream.range(0, rows)
        .mapToObj(row -> new Prediction(task, labels.get(row), values.get(row), used.get(row)))
        .toList();
  }
}
