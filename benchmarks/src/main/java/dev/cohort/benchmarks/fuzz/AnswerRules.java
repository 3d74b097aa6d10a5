package dev.cohort.benchmarks.fuzz;

import com.google.protobuf.ByteString;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferRequestedOutputTensor;
import dev.cohort.protocol.inference.ModelInferResponse;
import dev.cohort.protocol.inference.ModelInferResponse.InferOutputTensor;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;

/** Whether an answer has the tensors that its request asked for, with numbers in them. */
final class AnswerRules {
  private final ModelRules rules;

  AnswerRules(ModelRules rules) {
    this.rules = rules;
  }

  /** What is wrong with an answer, if anything. */
  Optional<String> fault(ModelInferRequest request, ModelInferResponse response) {
    List<String> wanted = wanted(request);
    List<String> names =
        response.getOutputsList().stream().map(InferOutputTensor::getName).toList();
    if (!names.equals(wanted)) {
      return Optional.of("outputs are %s, not %s".formatted(names, wanted));
    }
    if (!response.getId().equals(request.getId())) {
      return Optional.of("the id is '%s'".formatted(response.getId()));
    }
    long rows = request.getInputs(0).getShape(0);
    boolean raw = request.getRawInputContentsCount() > 0;
    if (response.getRawOutputContentsCount() != (raw ? wanted.size() : 0)) {
      return Optional.of(response.getRawOutputContentsCount() + " raw outputs");
    }
    for (int i = 0; i < wanted.size(); i++) {
      Optional<String> fault = fault(response, i, rows, raw);
      if (fault.isPresent()) {
        return fault;
      }
    }
    return Optional.empty();
  }

  private List<String> wanted(ModelInferRequest request) {
    return request.getOutputsCount() == 0
        ? rules.outputs()
        : request.getOutputsList().stream().map(InferRequestedOutputTensor::getName).toList();
  }

  private Optional<String> fault(ModelInferResponse response, int index, long rows, boolean raw) {
    InferOutputTensor tensor = response.getOutputs(index);
    String name = tensor.getName();
    List<Long> shape = List.of(rows, (long) rules.columns(name));
    if (!tensor.getShapeList().equals(shape)) {
      return Optional.of("%s has shape %s, not %s".formatted(name, tensor.getShapeList(), shape));
    }
    if (!tensor.getDatatype().equals(ModelRules.datatype(name))) {
      return Optional.of("%s has datatype %s".formatted(name, tensor.getDatatype()));
    }
    long elements = rows * rules.columns(name);
    boolean whole =
        raw
            ? isWhole(name, response.getRawOutputContents(index), elements)
            : isWhole(name, tensor.getContents(), elements);
    return whole ? Optional.empty() : Optional.of(name + " is not whole, or not finite");
  }

  private boolean isWhole(String name, InferTensorContents contents, long elements) {
    return switch (ModelRules.datatype(name)) {
      case "BYTES" -> contents.getBytesContentsCount() == elements;
      case "INT32" ->
          contents.getIntContentsCount() == elements
              && contents.getIntContentsList().stream().allMatch(this::isStudents);
      default ->
          contents.getFp32ContentsCount() == elements
              && contents.getFp32ContentsList().stream().allMatch(Float::isFinite);
    };
  }

  private boolean isWhole(String name, ByteString raw, long elements) {
    return switch (ModelRules.datatype(name)) {
      case "BYTES" -> raw.size() >= elements * Integer.BYTES;
      case "INT32" -> raw.size() == elements * Integer.BYTES;
      default -> raw.size() == elements * Float.BYTES && isFinite(raw);
    };
  }

  private static boolean isFinite(ByteString raw) {
    FloatBuffer numbers = raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    while (numbers.hasRemaining()) {
      if (!Float.isFinite(numbers.get())) {
        return false;
      }
    }
    return true;
  }

  private boolean isStudents(int used) {
    return used >= 1 && used <= rules.students();
  }
}
