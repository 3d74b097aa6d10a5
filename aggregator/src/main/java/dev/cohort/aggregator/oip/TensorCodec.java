package dev.cohort.aggregator.oip;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.protocol.inference.InferTensorContents;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The two forms in which the protocol carries a tensor, and the way from one to the other. Raw:
 * little-endian, row-major; each BYTES element is a 4-byte length and its bytes. Both ways are
 * exact, bit for bit. Stateless.
 */
public final class TensorCodec {
  private TensorCodec() {}

  /** Raw form of typed contents. */
  public static ByteString raw(Datatype type, InferTensorContents contents) {
    return switch (type) {
      case BYTES -> rawBytes(contents.getBytesContentsList());
      case INT32 -> {
        ByteBuffer buffer = buffer(contents.getIntContentsCount(), Integer.BYTES);
        contents.getIntContentsList().forEach(buffer::putInt);
        yield ByteString.copyFrom(buffer.flip());
      }
      case INT64 -> {
        ByteBuffer buffer = buffer(contents.getInt64ContentsCount(), Long.BYTES);
        contents.getInt64ContentsList().forEach(buffer::putLong);
        yield ByteString.copyFrom(buffer.flip());
      }
      case FP32 -> {
        ByteBuffer buffer = buffer(contents.getFp32ContentsCount(), Float.BYTES);
        contents.getFp32ContentsList().forEach(buffer::putFloat);
        yield ByteString.copyFrom(buffer.flip());
      }
    };
  }

  /** Typed form of raw contents; refuses a length that does not fit, naming the tensor. */
  public static InferTensorContents typed(String tensor, Datatype type, ByteString raw, int count) {
    InferTensorContents.Builder contents = InferTensorContents.newBuilder();
    if (type == Datatype.BYTES) {
      return contents.addAllBytesContents(strings(tensor, raw, count)).build();
    }
    ByteBuffer buffer = elements(tensor, type, raw, count);
    for (int i = 0; i < count; i++) {
      switch (type) {
        case INT32 -> contents.addIntContents(buffer.getInt());
        case INT64 -> contents.addInt64Contents(buffer.getLong());
        case FP32 -> contents.addFp32Contents(buffer.getFloat());
        case BYTES -> throw new IllegalStateException("BYTES was handled above; this is a bug");
      }
    }
    return contents.build();
  }

  /** The elements of a raw BYTES tensor; refuses lengths that do not fit, naming the tensor. */
  public static List<ByteString> strings(String tensor, ByteString raw, int count) {
    List<ByteString> strings = new ArrayList<>(Math.min(count, raw.size() / Integer.BYTES));
    // Of a part of a larger string the buffer begins in the middle; positions must count from 0.
    ByteBuffer buffer = raw.asReadOnlyByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      strings.add(string(tensor, raw, buffer, strings.size()));
    }
    if (strings.size() != count) {
      throw RefusedException.invalid(
          "tensor '%s': raw contents hold %d elements, the shape asks for %d"
              .formatted(tensor, strings.size(), count));
    }
    return Collections.unmodifiableList(strings);
  }

  /** A raw tensor of fixed-width elements as a little-endian buffer of exactly {@code count}. */
  public static ByteBuffer elements(String tensor, Datatype type, ByteString raw, int count) {
    long expected = (long) count * type.width();
    if (raw.size() != expected) {
      throw RefusedException.invalid(
          "tensor '%s': raw contents have %d bytes, %d %s elements need %d"
              .formatted(tensor, raw.size(), count, type, expected));
    }
    return raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  private static ByteString string(String tensor, ByteString raw, ByteBuffer buffer, int index) {
    if (buffer.remaining() < Integer.BYTES) {
      throw RefusedException.invalid(
          "tensor '%s': raw contents end inside the length of element %d".formatted(tensor, index));
    }
    long length = Integer.toUnsignedLong(buffer.getInt());
    if (length > buffer.remaining()) {
      throw RefusedException.invalid(
          "tensor '%s': element %d has length %d, but %d bytes are left"
              .formatted(tensor, index, length, buffer.remaining()));
    }
    int start = buffer.position();
    buffer.position(start + (int) length);
    return raw.substring(start, start + (int) length);
  }

  private static ByteString rawBytes(List<ByteString> elements) {
    ByteString.Output output = ByteString.newOutput();
    CodedOutputStream coded = CodedOutputStream.newInstance(output);
    try {
      for (ByteString element : elements) {
        coded.writeFixed32NoTag(element.size());
        coded.writeRawBytes(element);
      }
      coded.flush();
    } catch (java.io.IOException e) {
      throw new IllegalStateException("writing to memory failed; this is a bug", e);
    }
    return output.toByteString();
  }

  private static ByteBuffer buffer(int count, int width) {
    return ByteBuffer.allocate(Math.multiplyExact(count, width)).order(ByteOrder.LITTLE_ENDIAN);
  }
}
