package dev.cohort.packages;

import dev.cohort.packages.OnnxGraph.External;
import dev.cohort.packages.OnnxGraph.Value;
import dev.cohort.packages.PackageException.Reason;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checks one student's graph against the manifest and the weight files it may use. */
final class GraphCheck {
  /** Input names and their numbers of dimensions; all are int32. */
  static final Map<String, Integer> INPUTS =
      Map.of(
          "input_ids", 1,
          "token_type_ids", 1,
          "position_ids", 1,
          "pad_index", 2,
          "unpad_index", 1,
          "row_starts", 1);

  static final String OUTPUT = "contribution";

  private static final int MIN_OPSET = 20;

  /** Safetensors name and element size of each ONNX data type that a safetensors file can hold. */
  private enum Type {
    FLOAT(1, "F32", 4),
    UINT8(2, "U8", 1),
    INT8(3, "I8", 1),
    UINT16(4, "U16", 2),
    INT16(5, "I16", 2),
    INT32(6, "I32", 4),
    INT64(7, "I64", 8),
    BOOL(9, "BOOL", 1),
    FLOAT16(10, "F16", 2),
    DOUBLE(11, "F64", 8),
    UINT32(12, "U32", 4),
    UINT64(13, "U64", 8),
    BFLOAT16(16, "BF16", 2);

    private final int number;
    private final String safetensors;
    private final int bytes;

    Type(int number, String safetensors, int bytes) {
      this.number = number;
      this.safetensors = safetensors;
      this.bytes = bytes;
    }

    static Optional<Type> of(int number) {
      return java.util.Arrays.stream(values()).filter(type -> type.number == number).findFirst();
    }
  }

  private final String file;
  private final OnnxGraph graph;
  private final Map<String, Safetensors> weights;
  private final int columns;

  /**
   * @param weights safetensors files of this student and the shared ones, by name
   * @param columns D
   */
  GraphCheck(String file, OnnxGraph graph, Map<String, Safetensors> weights, int columns) {
    this.file = file;
    this.graph = graph;
    this.weights = weights;
    this.columns = columns;
  }

  void check() throws PackageException {
    if (graph.opset() < MIN_OPSET) {
      throw bad(
          Reason.FORMAT,
          "its opset is %d; at least %d is needed".formatted(graph.opset(), MIN_OPSET));
    }
    inputs();
    outputs();
    for (External external : graph.externals()) {
      external(external);
    }
  }

  private void inputs() throws PackageException {
    Map<String, Value> found = new HashMap<>();
    graph.inputs().forEach(input -> found.put(input.name(), input));
    if (graph.inputs().size() != INPUTS.size() || !found.keySet().equals(INPUTS.keySet())) {
      throw bad(
          Reason.SHAPE,
          "its inputs are %s; they must be %s"
              .formatted(found.keySet().stream().sorted().toList(), names()));
    }
    for (Value input : graph.inputs()) {
      int rank = INPUTS.get(input.name());
      if (input.type() != OnnxGraph.INT32 || input.shape().size() != rank) {
        throw bad(
            Reason.SHAPE,
            "input %s must be int32 with %d dimensions".formatted(input.name(), rank));
      }
    }
  }

  private static List<String> names() {
    return INPUTS.keySet().stream().sorted().toList();
  }

  private void outputs() throws PackageException {
    if (graph.outputs().size() != 1 || !graph.outputs().getFirst().name().equals(OUTPUT)) {
      throw bad(Reason.SHAPE, "its outputs must be exactly one, named " + OUTPUT);
    }
    Value output = graph.outputs().getFirst();
    List<Long> shape = output.shape();
    if (output.type() != OnnxGraph.FLOAT
        || shape.size() != 2
        || (shape.get(1) != -1 && shape.get(1) != columns)) {
      throw bad(
          Reason.SHAPE,
          "output %s must be float32 [B,%d], but has shape %s".formatted(OUTPUT, columns, shape));
    }
  }

  private void external(External external) throws PackageException {
    Safetensors source = weights.get(external.location());
    if (source == null) {
      throw bad(
          Reason.PATH,
          "weights %s lie in '%s', which is no weight file of this student"
              .formatted(external.name(), external.location()));
    }
    Type type =
        Type.of(external.type())
            .orElseThrow(
                () ->
                    bad(
                        Reason.SHAPE,
                        "weights %s have the unknown type %d"
                            .formatted(external.name(), external.type())));
    Safetensors.Tensor tensor =
        source
            .at(external.offset(), external.length())
            .orElseThrow(
                () ->
                    bad(
                        Reason.SHAPE,
                        "weights %s lie at byte %d, length %d of %s, where no tensor is"
                            .formatted(
                                external.name(),
                                external.offset(),
                                external.length(),
                                source.file())));
    boolean agrees =
        tensor.type().equals(type.safetensors)
            && Shapes.bytes(external.shape(), type.bytes) == tensor.length();
    if (!agrees) {
      throw bad(
          Reason.SHAPE,
          "weights %s are %s %s, but tensor %s of %s is %s %s"
              .formatted(
                  external.name(),
                  type,
                  external.shape(),
                  tensor.name(),
                  source.file(),
                  tensor.type(),
                  tensor.shape()));
    }
  }

  private PackageException bad(Reason reason, String detail) {
    return new PackageException(reason, file, detail);
  }
}
