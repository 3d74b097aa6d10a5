package dev.cohort.cli.replay;

import dev.cohort.cli.CommandException;
import dev.cohort.cli.Target;
import dev.cohort.protocol.inference.GRPCInferenceServiceGrpc;
import dev.cohort.protocol.inference.ModelMetadataRequest;
import dev.cohort.protocol.inference.ModelMetadataResponse;
import dev.cohort.protocol.inference.ModelMetadataResponse.TensorMetadata;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What a model takes and gives, by the server's metadata. Immutable.
 *
 * @param inputs names of the inputs
 * @param outputs names of the outputs
 */
record ModelTensors(String model, List<String> inputs, List<String> outputs) {
  static final String TEXT = "text";
  static final String TEXT_A = "text_a";
  static final String TEXT_B = "text_b";
  static final String LABEL = "label";
  static final String STUDENTS_USED = "students_used";

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * Asks the server.
   *
   * @throws CommandException when it cannot be reached or does not serve the model
   */
  static ModelTensors ask(ManagedChannel channel, Target target, String model) {
    try {
      ModelMetadataResponse metadata =
          GRPCInferenceServiceGrpc.newBlockingStub(channel)
              .withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
              .modelMetadata(ModelMetadataRequest.newBuilder().setName(model).build());
      return new ModelTensors(
          model, names(metadata.getInputsList()), names(metadata.getOutputsList()));
    } catch (StatusRuntimeException e) {
      throw refused(e.getStatus(), target, model);
    }
  }

  /** Checks that rows like this one fit the model. */
  void requireInputs(TextRow row) {
    Set<String> needed = row.second().isEmpty() ? Set.of(TEXT) : Set.of(TEXT_A, TEXT_B);
    if (!inputs.containsAll(needed)) {
      throw CommandException.input(
          "model %s takes %s; the text file has %s"
              .formatted(model, inputs, needed.stream().sorted().toList()));
    }
  }

  /** The outputs that a replay reads: the others would only cost time. */
  List<String> wanted() {
    return outputs.stream().filter(Set.of(LABEL, STUDENTS_USED)::contains).toList();
  }

  private static List<String> names(List<TensorMetadata> tensors) {
    return tensors.stream().map(TensorMetadata::getName).toList();
  }

  private static CommandException refused(Status status, Target target, String model) {
    String why = status.getDescription() == null ? "no reason given" : status.getDescription();
    return switch (status.getCode()) {
      case UNAVAILABLE, DEADLINE_EXCEEDED ->
          CommandException.failure("%s cannot be reached: %s".formatted(target, why));
      case NOT_FOUND, INVALID_ARGUMENT, UNKNOWN ->
          CommandException.input(
              "--model is %s, which %s does not serve: %s".formatted(model, target, why));
      default ->
          CommandException.failure("%s answered %s: %s".formatted(target, status.getCode(), why));
    };
  }
}
