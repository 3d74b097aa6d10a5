package dev.cohort.aggregator.oip;

import com.google.protobuf.ByteString;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.protocol.inference.InferTensorContents;
import dev.cohort.protocol.inference.ModelInferRequest.InferInputTensor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One input of a request, whichever form it came in. Its shape is checked on construction, its
 * elements when they are read; each refusal names the tensor. Immutable.
 */
final class InputTensor {
  private final InferInputTensor tensor;
  private final Optional<ByteString> raw;
  private final Datatype type;
  private final int count;

  InputTensor(InferInputTensor tensor, Optional<ByteString> raw) {
    this.tensor = tensor;
    this.raw = raw;
    this.type = Datatype.named(tensor.getName(), tensor.getDatatype());
    this.count = count();
    if (tensor.containsParameters("shared_memory_region")) {
      throw RefusedException.invalid(
          "tensor '%s': shared memory is not served; send the data".formatted(name()));
    }
    if (raw.isPresent() && tensor.hasContents()) {
      throw RefusedException.invalid(
          "tensor '%s' has contents, but the request has raw_input_contents; only one is allowed"
              .formatted(name()));
    }
  }

  String name() {
    return tensor.getName();
  }

  /** Size of the given dimension; 1 for a dimension that is left out. */
  int dimension(int index) {
    return index < tensor.getShapeCount() ? (int) tensor.getShape(index) : 1;
  }

  int rank() {
    return tensor.getShapeCount();
  }

  String shape() {
    return tensor.getShapeList().toString();
  }

  void requireType(Datatype... allowed) {
    if (!Arrays.asList(allowed).contains(type)) {
      throw RefusedException.invalid(
          "tensor '%s': datatype %s is not allowed; allowed are %s"
              .formatted(name(), type, Arrays.toString(allowed)));
    }
  }

  /** The elements of a BYTES tensor. */
  List<ByteString> strings() {
    if (raw.isPresent()) {
      return TensorCodec.strings(name(), raw.get(), count);
    }
    List<ByteString> strings = tensor.getContents().getBytesContentsList();
    requireCount("bytes_contents", strings.size());
    return strings;
  }

  /** The elements of an INT64 or INT32 tensor. */
  long[] integers() {
    if (raw.isPresent()) {
      ByteBuffer buffer = TensorCodec.elements(name(), type, raw.get(), count);
      long[] values = new long[count];
      Arrays.setAll(values, i -> type == Datatype.INT64 ? buffer.getLong() : buffer.getInt());
      return values;
    }
    InferTensorContents contents = tensor.getContents();
    if (type == Datatype.INT64) {
      requireCount("int64_contents", contents.getInt64ContentsCount());
      return contents.getInt64ContentsList().stream().mapToLong(Long::longValue).toArray();
    }
    requireCount("int_contents", contents.getIntContentsCount());
    return contents.getIntContentsList().stream().mapToLong(Integer::longValue).toArray();
  }

  private void requireCount(String field, int given) {
    if (given != count) {
      throw RefusedException.invalid(
          "tensor '%s': %s holds %d elements, shape %s asks for %d"
              .formatted(name(), field, given, shape(), count));
    }
  }

  private int count() {
    long product = 1;
    for (long dimension : tensor.getShapeList()) {
      if (dimension < 1 || dimension > Integer.MAX_VALUE) {
        throw RefusedException.invalid(
            "tensor '%s': shape %s has dimension %d; allowed are 1 to %d"
                .formatted(name(), shape(), dimension, Integer.MAX_VALUE));
      }
      product *= dimension;
      if (product > Integer.MAX_VALUE) {
        throw RefusedException.invalid(
            "tensor '%s': shape %s asks for more than %d elements"
                .formatted(name(), shape(), Integer.MAX_VALUE));
      }
    }
    return (int) product;
  }
}
