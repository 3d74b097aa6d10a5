package dev.cohort.benchmarks.fuzz;

import dev.cohort.benchmarks.load.InferClient;
import dev.cohort.packages.Answers;
import dev.cohort.packages.Manifest;
import dev.cohort.protocol.inference.InferParameter;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferInputTensor;
import dev.cohort.protocol.inference.ModelInferRequest.InferRequestedOutputTensor;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The row whose answer the package itself knows: its self-test. Immutable. */
final class KnownRow {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final Manifest manifest;
  private final String output;

  KnownRow(Manifest manifest) {
    this.manifest = manifest;
    this.output = manifest.task() == Manifest.Task.EMBEDDING ? "embedding" : "logits";
  }

  /** Largest difference of a number of the answer from the right one. */
  double difference(InferClient client) throws Exception {
    List<Float> answer =
        client
            .call(request(), TIMEOUT)
            .get(TIMEOUT.toSeconds(), TimeUnit.SECONDS)
            .getOutputs(0)
            .getContents()
            .getFp32ContentsList();
    float[] right = right();
    double difference = answer.size() == right.length ? 0 : Double.NaN;
    for (int column = 0; column < Math.min(right.length, answer.size()); column++) {
      difference = Math.max(difference, Math.abs(right[column] - answer.get(column)));
    }
    return difference;
  }

  /** What rounding may change. */
  double tolerance() {
    return manifest.studentsTotal() * manifest.selfTest().tolerance();
  }

  private float[] right() {
    List<float[]> contributions =
        manifest.selfTest().contributions().stream().map(KnownRow::toArray).toList();
    Answers answers = Answers.of(manifest);
    float[] logits = answers.logits(contributions, 1);
    return output.equals("logits")
        ? logits
        : answers.activate(logits, new int[] {manifest.studentsTotal()});
  }

  private ModelInferRequest request() {
    return ModelInferRequest.newBuilder()
        .setModelName(manifest.name())
        .addInputs(tensor(ModelRules.IDS, manifest.selfTest().row().ids()))
        .addInputs(tensor(ModelRules.TYPES, manifest.selfTest().row().types()))
        .addOutputs(InferRequestedOutputTensor.newBuilder().setName(output))
        .putParameters(
            "min_students",
            InferParameter.newBuilder().setInt64Param(manifest.studentsTotal()).build())
        .build();
  }

  private static InferInputTensor tensor(String name, int[] values) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    Arrays.stream(values).forEach(contents::addInt64Contents);
    return InferInputTensor.newBuilder()
        .setName(name)
        .setDatatype("INT64")
        .addShape(1)
        .addShape(values.length)
        .setContents(contents)
        .build();
  }

  private static float[] toArray(List<Float> numbers) {
    float[] array = new float[numbers.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = numbers.get(i);
    }
    return array;
  }
}
