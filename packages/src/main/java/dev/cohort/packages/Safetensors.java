package dev.cohort.packages;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cohort.packages.PackageException.Reason;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The checked header of a safetensors file: 8 bytes little-endian header length, JSON header, data.
 * The tensors cover the data without gap or overlap, as the format demands.
 */
final class Safetensors {
  private static final int MAX_HEADER = 16 << 20;
  private static final Map<String, Integer> BYTES =
      Map.ofEntries(
          Map.entry("BOOL", 1),
          Map.entry("U8", 1),
          Map.entry("I8", 1),
          Map.entry("I16", 2),
          Map.entry("U16", 2),
          Map.entry("F16", 2),
          Map.entry("BF16", 2),
          Map.entry("I32", 4),
          Map.entry("U32", 4),
          Map.entry("F32", 4),
          Map.entry("I64", 8),
          Map.entry("U64", 8),
          Map.entry("F64", 8));

  /**
   * One tensor.
   *
   * @param offset of its first byte in the file
   */
  record Tensor(String name, String type, List<Long> shape, long offset, long length) {}

  private final String file;
  private final List<Tensor> tensors;

  private Safetensors(String file, List<Tensor> tensors) {
    this.file = file;
    this.tensors = tensors;
  }

  static Safetensors read(PackageFolder folder, String file) throws PackageException {
    long size = folder.size(file);
    byte[] start = folder.readStart(file, Long.BYTES);
    if (start.length < Long.BYTES) {
      throw bad(file, "it has %d bytes, not even a header length".formatted(size));
    }
    long header = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (header < 2 || header > Math.min(MAX_HEADER, size - Long.BYTES)) {
      throw bad(file, "the header length is %d in a file of %d bytes".formatted(header, size));
    }
    long data = Long.BYTES + header;
    byte[] bytes = folder.readStart(file, Math.toIntExact(data));
    byte[] json = Arrays.copyOfRange(bytes, Long.BYTES, bytes.length);
    List<Tensor> tensors = tensors(file, ManifestReader.parse(file, json), data, size - data);
    return new Safetensors(file, tensors);
  }

  String file() {
    return file;
  }

  List<Tensor> tensors() {
    return tensors;
  }

  /** The tensor that has exactly these bytes of the file. */
  java.util.Optional<Tensor> at(long offset, long length) {
    return tensors.stream()
        .filter(tensor -> tensor.offset() == offset && tensor.length() == length)
        .findFirst();
  }

  private static List<Tensor> tensors(String file, JsonNode header, long data, long size)
      throws PackageException {
    if (!header.isObject()) {
      throw bad(file, "the header is not a JSON object");
    }
    List<Tensor> tensors = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : header.properties()) {
      if (!entry.getKey().equals("__metadata__")) {
        tensors.add(tensor(file, entry.getKey(), entry.getValue(), data));
      }
    }
    tensors.sort(Comparator.comparingLong(Tensor::offset));
    checkCover(file, tensors, data, size);
    return Collections.unmodifiableList(tensors);
  }

  private static Tensor tensor(String file, String name, JsonNode node, long data)
      throws PackageException {
    String type = node.path("dtype").asText();
    Integer bytes = BYTES.get(type);
    JsonNode offsets = node.path("data_offsets");
    if (bytes == null || !isSizes(node.path("shape")) || !isSizes(offsets) || offsets.size() != 2) {
      throw bad(file, "tensor %s has no known dtype, shape or data_offsets".formatted(name));
    }
    List<Long> shape = new ArrayList<>();
    node.path("shape").forEach(size -> shape.add(size.longValue()));
    long begin = offsets.get(0).longValue();
    long end = offsets.get(1).longValue();
    if (begin > end || !sameSize(shape, bytes, end - begin)) {
      throw bad(
          file,
          "tensor %s has data_offsets [%d, %d], but its shape is %s and its dtype %s"
              .formatted(name, begin, end, shape, type));
    }
    return new Tensor(name, type, List.copyOf(shape), data + begin, end - begin);
  }

  private static boolean isSizes(JsonNode node) {
    if (!node.isArray() || node.size() > 16) {
      return false;
    }
    for (JsonNode size : node) {
      // A bound far above any file keeps sums and products inside a long.
      if (!size.isIntegralNumber()
          || !size.canConvertToLong()
          || size.longValue() < 0
          || size.longValue() > 1L << 48) {
        return false;
      }
    }
    return true;
  }

  private static boolean sameSize(List<Long> shape, int elementBytes, long length) {
    return Shapes.bytes(shape, elementBytes) == length;
  }

  private static void checkCover(String file, List<Tensor> tensors, long data, long size)
      throws PackageException {
    long end = data;
    for (Tensor tensor : tensors) {
      if (tensor.offset() != end) {
        throw bad(
            file, "tensor %s overlaps its neighbour or leaves a gap".formatted(tensor.name()));
      }
      end += tensor.length();
    }
    if (end != data + size) {
      throw bad(
          file, "its tensors have %d bytes but %d follow the header".formatted(end - data, size));
    }
  }

  private static PackageException bad(String file, String detail) {
    return new PackageException(Reason.FORMAT, file, detail);
  }
}
