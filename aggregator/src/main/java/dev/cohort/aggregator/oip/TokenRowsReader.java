package dev.cohort.aggregator.oip;

import dev.cohort.aggregator.RefusedException;
import dev.cohort.packages.Manifest;
import dev.cohort.packages.TokenRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Reads rows of token ids. The mask must be a run of ones and then zeros in each row; what it masks
 * is dropped, so the padding value does not matter. Immutable and thread-safe.
 */
final class TokenRowsReader {
  static final String IDS = "input_ids";
  static final String MASK = "attention_mask";
  static final String TYPES = "token_type_ids";
  static final List<String> NAMES = List.of(IDS, MASK, TYPES);

  private final int vocabulary;
  private final int tokenTypes;
  private final int maxTokens;

  TokenRowsReader(Manifest manifest) {
    this.vocabulary = manifest.dimensions().vocabulary();
    this.tokenTypes = manifest.dimensions().tokenTypes();
    this.maxTokens = manifest.tokenizer().maxTokens();
  }

  List<TokenRow> read(InputTensor ids, Optional<InputTensor> mask, Optional<InputTensor> types) {
    requireMatrix(ids, ids);
    mask.ifPresent(tensor -> requireMatrix(tensor, ids));
    types.ifPresent(tensor -> requireMatrix(tensor, ids));
    int columns = ids.dimension(1);
    long[] idValues = ids.integers();
    Optional<long[]> maskValues = mask.map(InputTensor::integers);
    Optional<long[]> typeValues = types.map(InputTensor::integers);
    List<TokenRow> rows = new ArrayList<>(ids.dimension(0));
    for (int row = 0; row < ids.dimension(0); row++) {
      int start = row * columns;
      int length = columns;
      if (maskValues.isPresent()) {
        length = maskedLength(maskValues.get(), row, columns);
      }
      requireLength(row, length);
      int[] rowIds = values(IDS, row, idValues, start, length, vocabulary);
      int[] rowTypes = new int[length];
      if (typeValues.isPresent() && tokenTypes > 0) {
        rowTypes = values(TYPES, row, typeValues.get(), start, length, tokenTypes);
      }
      rows.add(new TokenRow(rowIds, rowTypes));
    }
    return rows;
  }

  private static void requireMatrix(InputTensor tensor, InputTensor ids) {
    tensor.requireType(Datatype.INT64, Datatype.INT32);
    if (tensor.rank() != 2) {
      throw RefusedException.invalid(
          "tensor '%s': shape %s is not allowed; allowed is [B,L]"
              .formatted(tensor.name(), tensor.shape()));
    }
    if (!tensor.shape().equals(ids.shape())) {
      throw RefusedException.invalid(
          "tensor '%s': shape %s differs from that of '%s', %s"
              .formatted(tensor.name(), tensor.shape(), IDS, ids.shape()));
    }
  }

  private static int maskedLength(long[] mask, int row, int columns) {
    int start = row * columns;
    int length = 0;
    while (length < columns && mask[start + length] == 1) {
      length++;
    }
    for (int place = length; place < columns; place++) {
      if (mask[start + place] != 0) {
        throw RefusedException.invalid(
            "tensor '%s': row %d has %d at place %d; a row must be ones, then zeros"
                .formatted(MASK, row, mask[start + place], place));
      }
    }
    return length;
  }

  private void requireLength(int row, int length) {
    if (length < 1) {
      throw RefusedException.invalid(
          "tensor '%s': row %d is masked completely; at least 1 token is needed"
              .formatted(MASK, row));
    }
    if (length > maxTokens) {
      throw RefusedException.invalid(
          "tensor '%s': row %d has %d tokens; allowed are 1 to %d"
              .formatted(IDS, row, length, maxTokens));
    }
  }

  private static int[] values(
      String tensor, int row, long[] values, int start, int length, int end) {
    int[] result = new int[length];
    Arrays.setAll(result, place -> checked(tensor, row, place, values[start + place], end));
    return result;
  }

  private static int checked(String tensor, int row, int place, long value, int end) {
    if (value < 0 || value >= end) {
      throw RefusedException.invalid(
          "tensor '%s': row %d has %d at place %d; allowed are 0 to %d"
              .formatted(tensor, row, value, place, end - 1));
    }
    return (int) value;
  }
}
