package dev.cohort.packages;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import dev.cohort.packages.PackageException.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What must be known of an ONNX file before an engine may load it: opset, inputs, outputs, weights
 * that lie in other files. Everything else is skipped. Field numbers are those of {@code
 * onnx.proto}.
 */
final class OnnxGraph {
  static final int FLOAT = 1;
  static final int INT32 = 6;

  /**
   * A graph input or output.
   *
   * @param shape -1 for a symbolic dimension
   */
  record Value(String name, int type, List<Long> shape) {}

  /**
   * An initializer whose data is in another file.
   *
   * @param type number of an ONNX data type
   */
  record External(
      String name, int type, List<Long> shape, String location, long offset, long length) {}

  private final String file;
  private long opset = -1;
  private boolean hasGraph;
  private final List<Value> inputs = new ArrayList<>();
  private final List<Value> outputs = new ArrayList<>();
  private final List<External> externals = new ArrayList<>();

  private OnnxGraph(String file) {
    this.file = file;
  }

  static OnnxGraph read(String file, byte[] bytes) throws PackageException {
    OnnxGraph graph = new OnnxGraph(file);
    try {
      graph.model(CodedInputStream.newInstance(bytes));
    } catch (PackageException e) {
      throw e;
    } catch (IOException e) {
      throw graph.bad("not an ONNX model: " + e.getMessage());
    }
    if (!graph.hasGraph) {
      throw graph.bad("not an ONNX model: it has no graph");
    }
    return graph;
  }

  /** Version of the standard operator set, or -1 when the model names none. */
  long opset() {
    return opset;
  }

  List<Value> inputs() {
    return inputs;
  }

  List<Value> outputs() {
    return outputs;
  }

  List<External> externals() {
    return externals;
  }

  /** Reads one field of a message; the tag is already read. */
  private interface Field {
    /** Returns false for a field that it does not read. */
    boolean read(int number, CodedInputStream in) throws IOException;
  }

  private void model(CodedInputStream in) throws IOException {
    fields(
        in,
        (number, field) -> {
          switch (number) {
            case 7 -> message(field, this::graph);
            case 8 -> opsetImport(field);
            case 20, 25 -> throw bad("it has training data or functions of its own; not supported");
            default -> {
              return false;
            }
          }
          return true;
        });
  }

  private void opsetImport(CodedInputStream in) throws IOException {
    String[] domain = {""};
    long[] version = {-1};
    message(
        in,
        (number, field) -> {
          switch (number) {
            case 1 -> domain[0] = text(field);
            case 2 -> version[0] = number(field);
            default -> {
              return false;
            }
          }
          return true;
        });
    if (isStandard(domain[0])) {
      opset = version[0];
    }
  }

  private boolean graph(int number, CodedInputStream in) throws IOException {
    hasGraph = true;
    switch (number) {
      case 1 -> message(in, this::node);
      case 5 -> initializer(in);
      case 11 -> inputs.add(value(in));
      case 12 -> outputs.add(value(in));
      case 15 -> throw bad("it has sparse weights; they are not supported");
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean node(int number, CodedInputStream in) throws IOException {
    switch (number) {
      case 5 -> message(in, this::attribute);
      case 7 -> {
        String domain = text(in);
        if (!isStandard(domain)) {
          throw bad("an operator of domain %s; only standard ones are allowed".formatted(domain));
        }
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean attribute(int number, CodedInputStream in) throws IOException {
    switch (number) {
      case 5, 10 -> requireInline(in);
      case 6, 11 -> throw bad("an operator with a graph of its own; they are not supported");
      case 22, 23 -> throw bad("it has sparse weights; they are not supported");
      default -> {
        return false;
      }
    }
    return true;
  }

  private void requireInline(CodedInputStream in) throws IOException {
    message(
        in,
        (number, field) -> {
          if (number == 13 || (number == 14 && (int) number(field) != 0)) {
            throw bad("an attribute with data in another file; only initializers may have that");
          }
          return number == 14;
        });
  }

  private void initializer(CodedInputStream in) throws IOException {
    TensorFields tensor = new TensorFields();
    message(in, tensor);
    if (tensor.isExternal) {
      externals.add(tensor.external());
    } else if (!tensor.places.isEmpty()) {
      throw bad("weights %s have both data and a place in another file".formatted(tensor.name));
    }
  }

  private Value value(CodedInputStream in) throws IOException {
    String[] name = {""};
    int[] type = {0};
    List<Long> shape = new ArrayList<>();
    Field tensorType =
        (number, field) -> {
          switch (number) {
            case 1 -> type[0] = (int) number(field);
            case 2 -> message(field, (n, dimensions) -> n == 1 && shape.add(dimension(dimensions)));
            default -> {
              return false;
            }
          }
          return true;
        };
    message(
        in,
        (number, field) -> {
          switch (number) {
            case 1 -> name[0] = text(field);
            case 2 -> message(field, (n, types) -> n == 1 && message(types, tensorType));
            default -> {
              return false;
            }
          }
          return true;
        });
    return new Value(name[0], type[0], List.copyOf(shape));
  }

  private static long dimension(CodedInputStream in) throws IOException {
    long[] size = {-1};
    message(
        in,
        (number, field) -> {
          if (number != 1) {
            return false;
          }
          size[0] = number(field);
          return true;
        });
    return size[0];
  }

  /** The fields of a TensorProto that tell where its data is. */
  private final class TensorFields implements Field {
    private final List<Long> shape = new ArrayList<>();
    private final Map<String, String> places = new HashMap<>();
    private int type;
    private String name = "";
    private boolean isExternal;

    @Override
    public boolean read(int number, CodedInputStream in) throws IOException {
      switch (number) {
        case 1 -> dimensions(in);
        case 2 -> type = (int) number(in);
        case 8 -> name = text(in);
        case 13 -> place(in);
        case 14 -> isExternal = number(in) == 1;
        default -> {
          return false;
        }
      }
      return true;
    }

    private void dimensions(CodedInputStream in) throws IOException {
      if (WireFormat.getTagWireType(in.getLastTag()) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
        shape.add(number(in));
        return;
      }
      require(in, WireFormat.WIRETYPE_LENGTH_DELIMITED);
      int limit = in.pushLimit(in.readRawVarint32());
      while (!in.isAtEnd()) {
        shape.add(in.readRawVarint64());
      }
      in.popLimit(limit);
    }

    private void place(CodedInputStream in) throws IOException {
      String[] entry = {"", ""};
      message(
          in,
          (number, field) -> {
            if (number != 1 && number != 2) {
              return false;
            }
            entry[number - 1] = text(field);
            return true;
          });
      if (places.put(entry[0], entry[1]) != null) {
        throw bad("weights %s name their %s twice".formatted(name, entry[0]));
      }
    }

    private External external() throws PackageException {
      return new External(
          name,
          type,
          List.copyOf(shape),
          places.getOrDefault("location", ""),
          size("offset"),
          size("length"));
    }

    private long size(String key) throws PackageException {
      String text = places.getOrDefault(key, "");
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException e) {
        throw bad("weights %s have %s '%s', not a number".formatted(name, key, text));
      }
    }
  }

  private static String text(CodedInputStream in) throws IOException {
    require(in, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    return in.readStringRequireUtf8();
  }

  private static long number(CodedInputStream in) throws IOException {
    require(in, WireFormat.WIRETYPE_VARINT);
    return in.readRawVarint64();
  }

  /** An engine's parser would skip a known field of another wire type; here it is refused. */
  private static void require(CodedInputStream in, int wireType) throws IOException {
    if (WireFormat.getTagWireType(in.getLastTag()) != wireType) {
      throw new InvalidProtocolBufferException("a field of the wrong wire type");
    }
  }

  private static boolean message(CodedInputStream in, Field field) throws IOException {
    require(in, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    int length = in.readRawVarint32();
    if (length < 0) {
      throw new InvalidProtocolBufferException("a message of negative length");
    }
    int limit = in.pushLimit(length);
    fields(in, field);
    in.popLimit(limit);
    return true;
  }

  private static void fields(CodedInputStream in, Field field) throws IOException {
    while (!in.isAtEnd()) {
      int tag = in.readTag();
      if (!field.read(WireFormat.getTagFieldNumber(tag), in) && !in.skipField(tag)) {
        throw new InvalidProtocolBufferException("an end of a group that never began");
      }
    }
  }

  private static boolean isStandard(String domain) {
    return domain.isEmpty() || domain.equals("ai.onnx");
  }

  private PackageException bad(String detail) {
    return new PackageException(Reason.FORMAT, file, detail);
  }
}
