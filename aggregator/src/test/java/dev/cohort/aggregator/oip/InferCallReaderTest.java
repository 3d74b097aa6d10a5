package dev.cohort.aggregator.oip;

import static dev.cohort.aggregator.Requests.refusal;
import static dev.cohort.aggregator.Requests.texts;
import static dev.cohort.aggregator.Requests.typed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cohort.aggregator.Manifests;
import dev.cohort.aggregator.Requests;
import dev.cohort.packages.Manifest;
import dev.cohort.protocol.inference.InferParameter;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferRequestedOutputTensor;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class InferCallReaderTest {
  private static final ModelInferRequest REQUEST =
      typed("colours", texts("text", List.of(1L), "a"));

  private final InferCallReader reader = new InferCallReader(Manifests.classification(), 4);

  private static ModelInferRequest asking(String... outputs) {
    ModelInferRequest.Builder request = REQUEST.toBuilder();
    for (String output : outputs) {
      request.addOutputs(InferRequestedOutputTensor.newBuilder().setName(output));
    }
    return request.build();
  }

  private OptionalLong timeout(InferParameter.Builder value) {
    return reader
        .read(REQUEST.toBuilder().putParameters("timeout", value.build()).build())
        .timeoutNanos();
  }

  private static List<Output> all(Manifest manifest) {
    return new InferCallReader(manifest, 4).read(REQUEST).outputs();
  }

  @Test
  void withoutNamesAllOutputsOfTheTaskAreSent() {
    assertEquals(
        List.of(Output.LABEL, Output.PROBABILITIES, Output.LOGITS, Output.STUDENTS_USED),
        all(Manifests.classification()));
    assertEquals(List.of(Output.LOGITS, Output.STUDENTS_USED), all(Manifests.regression()));
    assertEquals(List.of(Output.EMBEDDING, Output.STUDENTS_USED), all(Manifests.embedding()));
  }

  @Test
  void namedOutputsKeepTheirOrder() {
    assertEquals(
        List.of(Output.STUDENTS_USED, Output.LABEL),
        reader.read(asking("students_used", "label")).outputs());
  }

  @Test
  void unknownAndDoubleOutputsAreNamed() {
    assertTrue(
        refusal(() -> reader.read(asking("embedding"))).getMessage().contains("'embedding'"));
    assertTrue(refusal(() -> reader.read(asking("label", "label"))).getMessage().contains("twice"));
  }

  @Test
  void formAndIdAreKept() {
    ModelInferRequest named = REQUEST.toBuilder().setId("x").build();
    assertEquals("x", reader.read(named).id());
    assertEquals(false, reader.read(named).raw());
    assertEquals(true, reader.read(Requests.raw(named)).raw());
  }

  @Test
  void numbersAndSizesOfWhatIsNamedAreBounded() {
    ModelInferRequest.Builder tensors = REQUEST.toBuilder();
    ModelInferRequest.Builder parameters = REQUEST.toBuilder();
    for (int i = 0; i < 65; i++) {
      tensors.addInputs(texts("x" + i, List.of(1L), "a"));
      parameters.putParameters("p" + i, InferParameter.getDefaultInstance());
    }
    InferParameter text = InferParameter.newBuilder().setStringParam("x".repeat(4097)).build();
    assertTrue(refused(tensors).contains("inputs has 66 tensors; at most 16"));
    assertTrue(refused(parameters).contains("65 parameters; at most 64"));
    assertTrue(refused(REQUEST.toBuilder().putParameters("p", text)).contains("parameter 'p'"));
    String name = "n".repeat(4097);
    String long4097 = refused(REQUEST.toBuilder().putParameters(name, text));
    assertTrue(long4097.contains("4097 characters"), long4097);
    ModelInferRequest.Builder nested = REQUEST.toBuilder();
    nested.getInputsBuilder(0).putParameters("q", text);
    assertTrue(refused(nested).contains("parameter 'q'"));
  }

  private String refused(ModelInferRequest.Builder request) {
    return refusal(() -> reader.read(request.build())).getMessage();
  }

  private int priority(InferParameter.Builder value) {
    return reader
        .read(REQUEST.toBuilder().putParameters("priority", value.build()).build())
        .priority();
  }

  @Test
  void priorityIsALevelAndZeroTheDefault() {
    assertEquals(4, reader.read(REQUEST).priority());
    assertEquals(4, priority(InferParameter.newBuilder().setUint64Param(0)));
    assertEquals(1, priority(InferParameter.newBuilder().setUint64Param(1)));
    assertEquals(8, priority(InferParameter.newBuilder().setInt64Param(8)));
    assertEquals(3, priority(InferParameter.newBuilder().setStringParam("3")));
  }

  @Test
  void priorityThatIsNoLevelIsRefused() {
    for (InferParameter.Builder wrong :
        List.of(
            InferParameter.newBuilder().setInt64Param(9),
            InferParameter.newBuilder().setInt64Param(-1),
            InferParameter.newBuilder().setUint64Param(-1),
            InferParameter.newBuilder().setStringParam("high"),
            InferParameter.newBuilder().setBoolParam(true))) {
      String text = refusal(() -> priority(wrong)).getMessage();
      assertTrue(text.startsWith("parameter 'priority' is "), text);
      assertTrue(
          text.endsWith("allowed are 1, the most urgent, to 8, and 0 for the default, 4"), text);
    }
  }

  @Test
  void timeoutComesInMicrosecondsInSeveralForms() {
    OptionalLong expected = OptionalLong.of(1_500_000);
    assertEquals(expected, timeout(InferParameter.newBuilder().setInt64Param(1500)));
    assertEquals(expected, timeout(InferParameter.newBuilder().setUint64Param(1500)));
    assertEquals(expected, timeout(InferParameter.newBuilder().setStringParam("1500")));
    assertEquals(OptionalLong.empty(), timeout(InferParameter.newBuilder().setInt64Param(0)));
    assertEquals(
        OptionalLong.of(Long.MAX_VALUE), timeout(InferParameter.newBuilder().setUint64Param(-1)));
  }

  @Test
  void timeoutThatIsNoTimeIsRefused() {
    for (InferParameter.Builder wrong :
        List.of(
            InferParameter.newBuilder().setInt64Param(-1),
            InferParameter.newBuilder().setStringParam("soon"),
            InferParameter.newBuilder().setBoolParam(true),
            InferParameter.newBuilder().setDoubleParam(1.5))) {
      assertTrue(refusal(() -> timeout(wrong)).getMessage().contains("'timeout'"));
    }
  }

  @Test
  void unknownParametersAreIgnored() {
    ModelInferRequest request =
        REQUEST.toBuilder()
            .putParameters(
                "triton_enable_empty_final_response",
                InferParameter.newBuilder().setBoolParam(true).build())
            .putParameters("priority", InferParameter.newBuilder().setUint64Param(1).build())
            .build();
    assertEquals(OptionalLong.empty(), reader.read(request).timeoutNanos());
  }
}
