package dev.cohort.benchmarks.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.cohort.protocol.inference.InferParameter;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferInputTensor;
import dev.cohort.protocol.inference.ModelInferRequest.InferRequestedOutputTensor;
import io.grpc.Status.Code;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class OracleTest {
  private static final ModelRules RULES =
      new ModelRules("m", "1", List.of("text"), List.of("label", "students_used"), 100, 2, 8, 3, 4);
  private static final Oracle ORACLE = new Oracle(RULES);

  private static InferInputTensor.Builder text(String text, long... shape) {
    InferInputTensor.Builder tensor =
        InferInputTensor.newBuilder().setName("text").setDatatype("BYTES");
    for (long dimension : shape) {
      tensor.addShape(dimension);
    }
    return tensor.setContents(
        InferTensorContents.newBuilder().addBytesContents(ByteString.copyFromUtf8(text)));
  }

  private static InferInputTensor.Builder numbers(String name, long... values) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    for (long value : values) {
      contents.addInt64Contents(value);
    }
    return InferInputTensor.newBuilder()
        .setName(name)
        .setDatatype("INT64")
        .addShape(1)
        .addShape(values.length)
        .setContents(contents);
  }

  private static InferParameter whole(long value) {
    return InferParameter.newBuilder().setInt64Param(value).build();
  }

  /** Requests and what they deserve. */
  private enum Case {
    TEXT(Code.OK, r -> r.addInputs(text("a", 1, 1))),
    FLAT_TEXT(Code.OK, r -> r.addInputs(text("a", 1))),
    TOKENS(Code.OK, r -> r.addInputs(numbers("input_ids", 0, 99))),
    RAW(
        Code.OK,
        r ->
            r.addInputs(text("", 1).clearContents())
                .addRawInputContents(ByteString.copyFrom(new byte[] {1, 0, 0, 0, 'a'}))),
    OTHER_MODEL(Code.NOT_FOUND, r -> r.setModelName("n").addInputs(text("a", 1))),
    OTHER_VERSION(Code.NOT_FOUND, r -> r.setModelVersion("2").addInputs(text("a", 1))),
    NOTHING(Code.INVALID_ARGUMENT, r -> {}),
    TWO_WIDE(Code.INVALID_ARGUMENT, r -> r.addInputs(text("a", 1, 2))),
    TWO_ROWS(Code.INVALID_ARGUMENT, r -> r.addInputs(text("a", 2))),
    BOTH(Code.INVALID_ARGUMENT, r -> r.addInputs(text("a", 1)).addInputs(numbers("input_ids", 1))),
    NO_TOKEN(Code.INVALID_ARGUMENT, r -> r.addInputs(numbers("input_ids", 100))),
    TOO_LONG(
        Code.INVALID_ARGUMENT, r -> r.addInputs(numbers("input_ids", 1, 1, 1, 1, 1, 1, 1, 1, 1))),
    HOLE(
        Code.INVALID_ARGUMENT,
        r ->
            r.addInputs(numbers("input_ids", 1, 1, 1))
                .addInputs(numbers("attention_mask", 1, 0, 1))),
    MASKED(
        Code.OK,
        r ->
            r.addInputs(numbers("input_ids", 1, 1, -5))
                .addInputs(numbers("attention_mask", 1, 1, 0))),
    OUTPUT(
        Code.INVALID_ARGUMENT,
        r ->
            r.addInputs(text("a", 1))
                .addOutputs(InferRequestedOutputTensor.newBuilder().setName("logits"))),
    STUDENTS(
        Code.INVALID_ARGUMENT,
        r -> r.addInputs(text("a", 1)).putParameters("min_students", whole(4))),
    NEGATIVE_TIME(
        Code.INVALID_ARGUMENT, r -> r.addInputs(text("a", 1)).putParameters("timeout", whole(-1))),
    NO_SUCH_PRIORITY(
        Code.INVALID_ARGUMENT, r -> r.addInputs(text("a", 1)).putParameters("priority", whole(9))),
    TOO_LARGE(Code.RESOURCE_EXHAUSTED, r -> r.addInputs(text("a".repeat(9 << 20), 1)));

    private final Code code;
    private final ModelInferRequest request;

    Case(Code code, Consumer<ModelInferRequest.Builder> change) {
      this.code = code;
      ModelInferRequest.Builder builder = ModelInferRequest.newBuilder().setModelName("m");
      change.accept(builder);
      this.request = builder.build();
    }
  }

  @ParameterizedTest
  @EnumSource
  void knowsWhatARequestDeserves(Case wanted) {
    assertEquals(Set.of(wanted.code), ORACLE.allowed(wanted.request));
  }

  @Test
  void littleTimeMayBeTooLittle() {
    ModelInferRequest hurried =
        ModelInferRequest.newBuilder()
            .setModelName("m")
            .addInputs(text("a", 1))
            .putParameters("timeout", whole(1))
            .build();
    assertEquals(Set.of(Code.OK, Code.DEADLINE_EXCEEDED), ORACLE.allowed(hurried));
  }

  @Test
  void goodRequestsAreGoodAndChangedOnesMostlyNot() {
    GoodRequests good = new GoodRequests(RULES);
    BadFields bad = new BadFields(RULES);
    int wrong = 0;
    for (int seed = 0; seed < 500; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      ModelInferRequest request = good.next(random);
      assertEquals(Set.of(Code.OK), ORACLE.allowed(request), request::toString);
      wrong += ORACLE.allowed(bad.change(request, random)).contains(Code.OK) ? 0 : 1;
    }
    assertTrue(wrong > 250 && wrong < 500, "wrong: " + wrong);
  }
}
