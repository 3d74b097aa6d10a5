package dev.cohort.benchmarks.fuzz;

import com.google.protobuf.ByteString;
import dev.cohort.protocol.inference.InferParameter;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferInputTensor;
import dev.cohort.protocol.inference.ModelInferRequest.InferRequestedOutputTensor;
import io.grpc.Status.Code;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Which codes a request may be answered with, by the reference of the inference API. Written from
 * that page and not from the server, so that the two check each other. Immutable.
 */
final class Oracle {
  /** A request with less time than this may be late. */
  private static final long AMPLE_MICROS = 20_000_000;

  /** As docs/reference/inference-api.md says. */
  private static final int LEAST_URGENT = 8;

  private final ModelRules rules;
  private final InputRules inputs;

  Oracle(ModelRules rules) {
    this.rules = rules;
    this.inputs = new InputRules(rules);
  }

  /** The codes that are right. */
  Set<Code> allowed(ModelInferRequest request) {
    if (request.getSerializedSize() > ModelRules.MAX_MESSAGE_BYTES) {
      return EnumSet.of(Code.RESOURCE_EXHAUSTED);
    }
    if (!isServed(request)) {
      return EnumSet.of(Code.NOT_FOUND);
    }
    EnumSet<Code> right = EnumSet.of(isWrong(request) ? Code.INVALID_ARGUMENT : Code.OK);
    if (isHurried(request)) {
      // Whatever is found first: the end of the time, or a text that is too long.
      right.add(Code.DEADLINE_EXCEEDED);
    }
    if (hasSpareContents(request)) {
      right.add(Code.INVALID_ARGUMENT);
    }
    return right;
  }

  private boolean isServed(ModelInferRequest request) {
    String version = request.getModelVersion();
    return request.getModelName().equals(rules.name())
        && (version.isEmpty() || version.equals(rules.version()));
  }

  private boolean isWrong(ModelInferRequest request) {
    int raw = request.getRawInputContentsCount();
    return raw > 0 && raw != request.getInputsCount()
        || !inputs.areRight(request)
        || !areOutputsRight(request)
        || !isTimeoutRight(request)
        || !isMinStudentsRight(request)
        || !isPriorityRight(request);
  }

  private boolean areOutputsRight(ModelInferRequest request) {
    Set<String> seen = new HashSet<>();
    for (InferRequestedOutputTensor output : request.getOutputsList()) {
      if (!rules.outputs().contains(output.getName())
          || !seen.add(output.getName())
          || output.containsParameters("shared_memory_region")) {
        return false;
      }
    }
    return true;
  }

  private static boolean isTimeoutRight(ModelInferRequest request) {
    return !request.containsParameters("timeout")
        || whole(request.getParametersOrThrow("timeout")).filter(micros -> micros >= 0).isPresent();
  }

  private boolean isMinStudentsRight(ModelInferRequest request) {
    return !request.containsParameters("min_students")
        || whole(request.getParametersOrThrow("min_students"))
            .filter(students -> students >= 1 && students <= rules.students())
            .isPresent();
  }

  private static boolean isPriorityRight(ModelInferRequest request) {
    return !request.containsParameters("priority")
        || whole(request.getParametersOrThrow("priority"))
            .filter(level -> level >= 0 && level <= LEAST_URGENT)
            .isPresent();
  }

  private static boolean isHurried(ModelInferRequest request) {
    return request.containsParameters("timeout")
        && whole(request.getParametersOrThrow("timeout"))
            .filter(micros -> micros > 0 && micros < AMPLE_MICROS)
            .isPresent();
  }

  /**
   * A whole number or a string of one; unsigned ones that do not fit are as good as the largest.
   */
  private static Optional<Long> whole(InferParameter parameter) {
    return switch (parameter.getParameterChoiceCase()) {
      case INT64_PARAM -> Optional.of(parameter.getInt64Param());
      case UINT64_PARAM ->
          Optional.of(parameter.getUint64Param() < 0 ? Long.MAX_VALUE : parameter.getUint64Param());
      case STRING_PARAM -> whole(parameter.getStringParam());
      case BOOL_PARAM, DOUBLE_PARAM, PARAMETERCHOICE_NOT_SET -> Optional.empty();
    };
  }

  private static Optional<Long> whole(String text) {
    try {
      return Optional.of(Long.parseLong(text.strip()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /**
   * Values in a field that the datatype does not use: the protocol does not say what becomes of
   * them.
   */
  private static boolean hasSpareContents(ModelInferRequest request) {
    return request.getInputsList().stream().anyMatch(Oracle::hasSpareContents);
  }

  private static boolean hasSpareContents(InferInputTensor tensor) {
    ByteString all = tensor.getContents().toByteString();
    ByteString used =
        switch (tensor.getDatatype()) {
          case "BYTES" ->
              tensor.getContents().toBuilder().clearBytesContents().build().toByteString();
          case "INT64" ->
              tensor.getContents().toBuilder().clearInt64Contents().build().toByteString();
          case "INT32" ->
              tensor.getContents().toBuilder().clearIntContents().build().toByteString();
          default -> all;
        };
    return !used.isEmpty();
  }
}
