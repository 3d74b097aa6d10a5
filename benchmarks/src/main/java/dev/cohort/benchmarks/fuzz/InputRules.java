package dev.cohort.benchmarks.fuzz;

import com.google.protobuf.ByteString;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferInputTensor;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Whether the inputs of a request are what the reference of the inference API asks for. */
final class InputRules {
  private static final BigInteger MOST_ELEMENTS = BigInteger.valueOf(Integer.MAX_VALUE);

  private final ModelRules rules;

  InputRules(ModelRules rules) {
    this.rules = rules;
  }

  boolean areRight(ModelInferRequest request) {
    Map<String, Values> tensors = new HashMap<>();
    boolean raw = request.getRawInputContentsCount() > 0;
    for (int i = 0; i < request.getInputsCount(); i++) {
      InferInputTensor tensor = request.getInputs(i);
      Optional<ByteString> bytes =
          raw ? Optional.of(request.getRawInputContents(i)) : Optional.empty();
      if (!isPlausible(tensor, raw)
          || tensors.put(tensor.getName(), new Values(tensor, bytes)) != null) {
        return false;
      }
    }
    boolean hasTokens = tensors.keySet().stream().anyMatch(ModelRules.TOKENS::contains);
    return hasTokens ? areTokensRight(tensors) : areTextsRight(tensors);
  }

  private boolean isPlausible(InferInputTensor tensor, boolean raw) {
    boolean known =
        rules.texts().contains(tensor.getName()) || ModelRules.TOKENS.contains(tensor.getName());
    return known
        && ModelRules.DATATYPES.contains(tensor.getDatatype())
        && isShapePossible(tensor.getShapeList())
        && !tensor.containsParameters("shared_memory_region")
        && !(raw && tensor.hasContents());
  }

  private static boolean isShapePossible(List<Long> shape) {
    BigInteger elements = BigInteger.ONE;
    for (long dimension : shape) {
      if (dimension < 1) {
        return false;
      }
      elements = elements.multiply(BigInteger.valueOf(dimension));
    }
    return elements.compareTo(MOST_ELEMENTS) <= 0;
  }

  private boolean areTextsRight(Map<String, Values> tensors) {
    if (!tensors.keySet().equals(Set.copyOf(rules.texts()))) {
      return false;
    }
    return tensors.values().stream().allMatch(Values::areTexts)
        && tensors.values().stream().map(Values::rows).distinct().count() == 1;
  }

  private boolean areTokensRight(Map<String, Values> tensors) {
    Values ids = tensors.get(ModelRules.IDS);
    boolean onlyTokens = ModelRules.TOKENS.containsAll(tensors.keySet());
    if (ids == null || !onlyTokens || !tensors.values().stream().allMatch(Values::isMatrix)) {
      return false;
    }
    List<Long> shape = ids.tensor.getShapeList();
    if (!tensors.values().stream().allMatch(t -> t.tensor.getShapeList().equals(shape))) {
      return false;
    }
    if (shape.get(0) > ModelRules.MAX_ROWS
        || !tensors.values().stream().allMatch(t -> t.integers().isPresent())) {
      return false;
    }
    for (int row = 0; row < shape.get(0); row++) {
      if (!isRowRight(tensors, row, Math.toIntExact(shape.get(1)))) {
        return false;
      }
    }
    return true;
  }

  private boolean isRowRight(Map<String, Values> tensors, int row, int columns) {
    int length =
        Optional.ofNullable(tensors.get(ModelRules.MASK))
            .map(mask -> ones(mask.row(row, columns)))
            .orElse(columns);
    if (length < 1 || length > rules.maxTokens()) {
      return false;
    }
    Values types = tensors.get(ModelRules.TYPES);
    return within(tensors.get(ModelRules.IDS).row(row, columns), length, rules.vocabulary())
        && (types == null
            || rules.tokenTypes() == 0
            || within(types.row(row, columns), length, rules.tokenTypes()));
  }

  /** Ones before the zeros; -1 where a row is anything else. */
  private static int ones(List<Long> mask) {
    int length = (int) mask.stream().takeWhile(value -> value == 1).count();
    return mask.stream().skip(length).allMatch(value -> value == 0) ? length : -1;
  }

  private static boolean within(List<Long> values, int length, int end) {
    return values.stream().limit(length).allMatch(value -> value >= 0 && value < end);
  }

  /** One tensor and what it holds. */
  private record Values(InferInputTensor tensor, Optional<ByteString> raw) {
    long rows() {
      return tensor.getShape(0);
    }

    long elements() {
      return tensor.getShapeList().stream().reduce(1L, (a, b) -> a * b);
    }

    boolean isMatrix() {
      return tensor.getShapeCount() == 2
          && (tensor.getDatatype().equals("INT64") || tensor.getDatatype().equals("INT32"));
    }

    boolean areTexts() {
      boolean shaped =
          tensor.getShapeCount() == 1 || tensor.getShapeCount() == 2 && tensor.getShape(1) == 1;
      return shaped
          && tensor.getDatatype().equals("BYTES")
          && rows() <= ModelRules.MAX_ROWS
          && strings().filter(texts -> texts.size() == rows()).isPresent();
    }

    private Optional<List<String>> strings() {
      Optional<List<ByteString>> elements =
          raw.isPresent()
              ? split(raw.get())
              : Optional.of(tensor.getContents().getBytesContentsList());
      if (elements.isEmpty()) {
        return Optional.empty();
      }
      List<String> texts = new ArrayList<>();
      for (ByteString element : elements.get()) {
        try {
          texts.add(
              StandardCharsets.UTF_8
                  .newDecoder()
                  .decode(element.asReadOnlyByteBuffer())
                  .toString());
        } catch (CharacterCodingException e) {
          return Optional.empty();
        }
        if (texts.getLast().length() > ModelRules.MAX_CHARACTERS) {
          return Optional.empty();
        }
      }
      return Optional.of(texts);
    }

    private static Optional<List<ByteString>> split(ByteString raw) {
      List<ByteString> elements = new ArrayList<>();
      int place = 0;
      while (place < raw.size()) {
        if (raw.size() - place < Integer.BYTES) {
          return Optional.empty();
        }
        long length = Integer.toUnsignedLong(buffer(raw.substring(place, place + 4)).getInt());
        place += Integer.BYTES;
        if (length > raw.size() - place) {
          return Optional.empty();
        }
        elements.add(raw.substring(place, place + (int) length));
        place += (int) length;
      }
      return Optional.of(elements);
    }

    /** The numbers; empty when there are not as many as the shape asks for. */
    Optional<List<Long>> integers() {
      List<Long> numbers = numbers();
      return numbers.size() == elements() ? Optional.of(numbers) : Optional.empty();
    }

    private List<Long> numbers() {
      boolean wide = tensor.getDatatype().equals("INT64");
      if (raw.isEmpty()) {
        return wide
            ? tensor.getContents().getInt64ContentsList()
            : tensor.getContents().getIntContentsList().stream().map(Integer::longValue).toList();
      }
      int width = wide ? Long.BYTES : Integer.BYTES;
      if (raw.get().size() % width != 0) {
        return List.of();
      }
      ByteBuffer buffer = buffer(raw.get());
      List<Long> numbers = new ArrayList<>();
      while (buffer.hasRemaining()) {
        numbers.add(wide ? buffer.getLong() : buffer.getInt());
      }
      return numbers;
    }

    List<Long> row(int row, int columns) {
      return integers().orElseThrow().subList(row * columns, (row + 1) * columns);
    }

    private static ByteBuffer buffer(ByteString bytes) {
      return ByteBuffer.wrap(bytes.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
    }
  }
}
