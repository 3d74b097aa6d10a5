package dev.cohort.aggregator.oip;

import com.google.protobuf.ByteString;
import dev.cohort.aggregator.RefusedException;
import dev.cohort.packages.Manifest;
import dev.cohort.protocol.inference.ModelInferRequest;
import dev.cohort.protocol.inference.ModelInferRequest.InferInputTensor;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Reads the inputs of a request: text as BYTES {@code [B]} or {@code [B,1]}, or token ids as INT64
 * or INT32 {@code [B,L]} with an optional mask and token types. Everything wrong is refused with
 * {@code INVALID_ARGUMENT} and the tensor's name. Immutable and thread-safe.
 */
public final class RowsReader {
  /** Input of a package that takes one text a row. */
  public static final String TEXT = "text";

  /** First input of a package that takes pairs. */
  public static final String TEXT_A = "text_a";

  /** Second input of a package that takes pairs. */
  public static final String TEXT_B = "text_b";

  private final Set<String> textNames;
  private final TokenRowsReader tokens;
  private final int maxRows;

  /**
   * A reader for one package.
   *
   * @param maxRows rows of one request
   */
  public RowsReader(Manifest manifest, int maxRows) {
    this.textNames =
        manifest.tokenizer().inputs() == 1
            ? new TreeSet<>(Set.of(TEXT))
            : new TreeSet<>(Set.of(TEXT_A, TEXT_B));
    this.tokens = new TokenRowsReader(manifest);
    this.maxRows = maxRows;
  }

  /** The rows of a request. */
  public Rows read(ModelInferRequest request) {
    Map<String, InputTensor> inputs = inputs(request);
    if (inputs.keySet().stream().anyMatch(TokenRowsReader.NAMES::contains)) {
      return tokenRows(inputs);
    }
    requireOnly(inputs, textNames);
    List<List<String>> columns = new ArrayList<>();
    for (String name : textNames) {
      columns.add(texts(inputs.get(name)));
    }
    if (columns.size() == 1) {
      return new Rows.Texts(columns.getFirst());
    }
    requireSameRows(columns);
    return new Rows.Pairs(columns.get(0), columns.get(1));
  }

  private Map<String, InputTensor> inputs(ModelInferRequest request) {
    boolean raw = request.getRawInputContentsCount() > 0;
    if (raw && request.getRawInputContentsCount() != request.getInputsCount()) {
      throw RefusedException.invalid(
          "raw_input_contents has %d entries for %d inputs; one for each is needed"
              .formatted(request.getRawInputContentsCount(), request.getInputsCount()));
    }
    Map<String, InputTensor> inputs = new LinkedHashMap<>();
    for (int i = 0; i < request.getInputsCount(); i++) {
      InferInputTensor tensor = request.getInputs(i);
      requireKnown(tensor.getName());
      Optional<ByteString> contents =
          raw ? Optional.of(request.getRawInputContents(i)) : Optional.empty();
      if (inputs.put(tensor.getName(), new InputTensor(tensor, contents)) != null) {
        throw RefusedException.invalid("tensor '%s' is given twice".formatted(tensor.getName()));
      }
    }
    return inputs;
  }

  private void requireKnown(String name) {
    if (!textNames.contains(name) && !TokenRowsReader.NAMES.contains(name)) {
      throw RefusedException.invalid(
          "tensor '%s' is not an input of this model; inputs are %s or %s"
              .formatted(name, textNames, TokenRowsReader.NAMES));
    }
  }

  private Rows tokenRows(Map<String, InputTensor> inputs) {
    for (String text : textNames) {
      if (inputs.containsKey(text)) {
        throw RefusedException.invalid(
            "tensor '%s' is given together with token ids; only one of the two is allowed"
                .formatted(text));
      }
    }
    InputTensor ids = inputs.get(TokenRowsReader.IDS);
    if (ids == null) {
      throw RefusedException.invalid(
          "tensor '%s' is missing; the given %s need it"
              .formatted(TokenRowsReader.IDS, inputs.keySet()));
    }
    requireRows(ids);
    return new Rows.Tokens(
        tokens.read(
            ids,
            Optional.ofNullable(inputs.get(TokenRowsReader.MASK)),
            Optional.ofNullable(inputs.get(TokenRowsReader.TYPES))));
  }

  private static void requireOnly(Map<String, InputTensor> inputs, Set<String> names) {
    for (String name : names) {
      if (!inputs.containsKey(name)) {
        throw RefusedException.invalid(
            "tensor '%s' is missing; inputs are %s or %s"
                .formatted(name, names, TokenRowsReader.NAMES));
      }
    }
  }

  private static void requireSameRows(List<List<String>> columns) {
    if (columns.get(0).size() != columns.get(1).size()) {
      throw RefusedException.invalid(
          "tensor '%s' has %d rows but '%s' has %d"
              .formatted(TEXT_A, columns.get(0).size(), TEXT_B, columns.get(1).size()));
    }
  }

  private List<String> texts(InputTensor tensor) {
    tensor.requireType(Datatype.BYTES);
    if (tensor.rank() < 1 || tensor.rank() > 2 || tensor.dimension(1) != 1) {
      throw RefusedException.invalid(
          "tensor '%s': shape %s is not allowed; allowed are [B] and [B,1]"
              .formatted(tensor.name(), tensor.shape()));
    }
    requireRows(tensor);
    List<ByteString> elements = tensor.strings();
    List<String> texts = new ArrayList<>(elements.size());
    for (int row = 0; row < elements.size(); row++) {
      texts.add(text(tensor.name(), row, elements.get(row)));
    }
    return texts;
  }

  private void requireRows(InputTensor tensor) {
    if (tensor.dimension(0) > maxRows) {
      throw RefusedException.invalid(
          "tensor '%s': shape %s has %d rows; allowed are 1 to %d"
              .formatted(tensor.name(), tensor.shape(), tensor.dimension(0), maxRows));
    }
  }

  private static String text(String tensor, int row, ByteString element) {
    try {
      ByteBuffer bytes = element.asReadOnlyByteBuffer();
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw RefusedException.invalid("tensor '%s': row %d is not UTF-8".formatted(tensor, row));
    }
  }
}
