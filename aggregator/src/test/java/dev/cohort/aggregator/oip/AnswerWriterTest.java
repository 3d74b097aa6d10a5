package dev.cohort.aggregator.oip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.cohort.packages.Manifest;
import dev.cohort.protocol.inference.ModelInferResponse;
import dev.cohort.protocol.inference.ModelInferResponse.InferOutputTensor;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AnswerWriterTest {
  private static final Answer ANSWER =
      new Answer(
          2,
          3,
          new float[] {1, -2, 0.1f, 4, 5e-40f, -0.0f},
          new float[] {0.5f, 0.25f, 0.25f, 1, 0, 0},
          List.of("grün", "red"),
          new int[] {4, 3},
          4,
          true,
          false);

  private static ModelInferResponse write(List<Output> outputs, boolean raw) {
    InferCall call =
        new InferCall(
            "i", new Rows.Texts(List.of("a", "b")), outputs, raw, OptionalLong.empty(), 1, 4);
    return new AnswerWriter("m", "7").write(call, ANSWER);
  }

  @Test
  void rawAndTypedCarryTheSame() {
    for (Manifest.Task task : Manifest.Task.values()) {
      ModelInferResponse typed = write(Output.of(task), false);
      ModelInferResponse raw = write(Output.of(task), true);
      assertEquals(0, typed.getRawOutputContentsCount());
      assertEquals(raw.getOutputsCount(), raw.getRawOutputContentsCount());
      for (int i = 0; i < typed.getOutputsCount(); i++) {
        InferOutputTensor output = typed.getOutputs(i);
        assertFalse(raw.getOutputs(i).hasContents());
        assertEquals(output.getShapeList(), raw.getOutputs(i).getShapeList());
        assertEquals(
            TensorCodec.raw(Datatype.valueOf(output.getDatatype()), output.getContents()),
            raw.getRawOutputContents(i));
      }
    }
  }

  @Test
  void shapesHaveTheRowsFirst() {
    ModelInferResponse response = write(Output.of(Manifest.Task.CLASSIFICATION), false);
    assertEquals(List.of(2L, 1L), response.getOutputs(0).getShapeList());
    assertEquals(List.of(2L, 3L), response.getOutputs(1).getShapeList());
    assertEquals(List.of(2L, 1L), response.getOutputs(3).getShapeList());
    assertEquals(List.of(4, 3), response.getOutputs(3).getContents().getIntContentsList());
  }

  @Test
  void parametersSayWhatWasUsed() {
    ModelInferResponse response = write(List.of(Output.LABEL), false);
    assertEquals(4, response.getParametersOrThrow("students_total").getInt64Param());
    assertEquals(true, response.getParametersOrThrow("pruned").getBoolParam());
    assertEquals(false, response.getParametersOrThrow("degraded").getBoolParam());
    assertEquals("i", response.getId());
    assertEquals("m", response.getModelName());
    assertEquals("7", response.getModelVersion());
  }
}
