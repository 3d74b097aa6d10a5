package dev.cohort.aggregator.oip;

import dev.cohort.packages.Manifest;
import dev.cohort.protocol.inference.ModelConfig;
import dev.cohort.protocol.inference.ModelInput;
import dev.cohort.protocol.inference.ModelMetadataResponse;
import dev.cohort.protocol.inference.ModelMetadataResponse.TensorMetadata;
import dev.cohort.protocol.inference.ModelOutput;
import java.util.ArrayList;
import java.util.List;

/**
 * What a model tells clients about its tensors: the protocol's metadata, whose shapes have the
 * batch dimension, and the model configuration, whose shapes do not. Both name the same tensors;
 * perf_analyzer refuses anything else. Stateless.
 */
public final class ModelDescriptions {
  /** Name of this kind of model; must not be "ensemble", which clients read as Triton's. */
  public static final String PLATFORM = "cohort";

  private static final long ANY = -1;

  private record Input(String name, Datatype type, long columns, boolean optional) {}

  private ModelDescriptions() {}

  /** The model's metadata. */
  public static ModelMetadataResponse metadata(Manifest manifest) {
    ModelMetadataResponse.Builder metadata =
        ModelMetadataResponse.newBuilder()
            .setName(manifest.name())
            .addVersions(manifest.version())
            .setPlatform(PLATFORM);
    for (Input input : inputs(manifest)) {
      metadata.addInputs(tensor(input.name(), input.type(), input.columns()));
    }
    for (Output output : Output.of(manifest.task())) {
      metadata.addOutputs(
          tensor(output.wireName(), output.type(), output.columns(manifest.outputDimension())));
    }
    return metadata.build();
  }

  /**
   * The model's configuration.
   *
   * @param maxRows rows of one request
   */
  public static ModelConfig config(Manifest manifest, int maxRows) {
    ModelConfig.Builder config =
        ModelConfig.newBuilder()
            .setName(manifest.name())
            .setPlatform(PLATFORM)
            .setBackend(PLATFORM)
            .setMaxBatchSize(maxRows);
    for (Input input : inputs(manifest)) {
      config.addInput(
          ModelInput.newBuilder()
              .setName(input.name())
              .setDataType(input.type().configType())
              .addDims(input.columns())
              .setOptional(input.optional()));
    }
    for (Output output : Output.of(manifest.task())) {
      config.addOutput(
          ModelOutput.newBuilder()
              .setName(output.wireName())
              .setDataType(output.type().configType())
              .addDims(output.columns(manifest.outputDimension())));
    }
    return config.build();
  }

  private static List<Input> inputs(Manifest manifest) {
    List<Input> inputs = new ArrayList<>();
    if (manifest.tokenizer().inputs() == 1) {
      inputs.add(new Input(RowsReader.TEXT, Datatype.BYTES, 1, false));
    } else {
      inputs.add(new Input(RowsReader.TEXT_A, Datatype.BYTES, 1, false));
      inputs.add(new Input(RowsReader.TEXT_B, Datatype.BYTES, 1, false));
    }
    for (String name : TokenRowsReader.NAMES) {
      inputs.add(new Input(name, Datatype.INT64, ANY, true));
    }
    return inputs;
  }

  private static TensorMetadata.Builder tensor(String name, Datatype type, long columns) {
    return TensorMetadata.newBuilder()
        .setName(name)
        .setDatatype(type.name())
        .addShape(ANY)
        .addShape(columns);
  }
}
