package dev.cohort.aggregator.oip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.aggregator.Manifests;
import dev.cohort.packages.Manifest;
import dev.cohort.protocol.inference.ModelConfig;
import dev.cohort.protocol.inference.ModelInput;
import dev.cohort.protocol.inference.ModelMetadataResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelDescriptionsTest {
  /** What perf_analyzer demands: the same tensors, and one dimension more in the metadata. */
  @Test
  void configurationAndMetadataNameTheSameTensors() {
    for (Manifest manifest :
        List.of(
            Manifests.classification(),
            Manifests.pairs(),
            Manifests.regression(),
            Manifests.embedding())) {
      ModelMetadataResponse metadata = ModelDescriptions.metadata(manifest);
      ModelConfig config = ModelDescriptions.config(manifest, 4);
      assertEquals(4, config.getMaxBatchSize());
      assertEquals(metadata.getInputsCount(), config.getInputCount());
      for (int i = 0; i < config.getInputCount(); i++) {
        assertEquals(metadata.getInputs(i).getName(), config.getInput(i).getName());
        assertEquals(
            metadata.getInputs(i).getShapeList().subList(1, 2), config.getInput(i).getDimsList());
        assertEquals(-1, metadata.getInputs(i).getShape(0));
      }
      assertEquals(metadata.getOutputsCount(), config.getOutputCount());
      for (int i = 0; i < config.getOutputCount(); i++) {
        assertEquals(metadata.getOutputs(i).getName(), config.getOutput(i).getName());
        assertEquals(
            metadata.getOutputs(i).getShapeList().subList(1, 2), config.getOutput(i).getDimsList());
      }
    }
  }

  @Test
  void textIsNeededAndTokensAreOptional() {
    for (ModelInput input : ModelDescriptions.config(Manifests.pairs(), 4).getInputList()) {
      assertEquals(!input.getName().startsWith("text_"), input.getOptional(), input.getName());
    }
  }

  @Test
  void versionIsANumberAndPlatformIsNoEnsemble() {
    ModelMetadataResponse metadata = ModelDescriptions.metadata(Manifests.classification());
    assertTrue(metadata.getVersions(0).matches("[1-9][0-9]*"));
    assertFalse(metadata.getPlatform().equals("ensemble"));
  }
}
