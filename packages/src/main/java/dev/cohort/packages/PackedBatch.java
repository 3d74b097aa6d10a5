package dev.cohort.packages;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Rows of tokens without padding, and the index vectors that the graph needs to make the attention
 * rectangle of B rows x L places. All arrays are the six graph inputs, row-major int32; they are
 * not copied and must not be changed. Immutable otherwise, and safe to share between threads.
 */
public final class PackedBatch {
  private final int rows;
  private final int longest;
  private final int[] inputIds;
  private final int[] tokenTypeIds;
  private final int[] positionIds;
  private final int[] padIndex;
  private final int[] unpadIndex;
  private final int[] rowStarts;

  private PackedBatch(int[] inputIds, int[] tokenTypeIds, int[] lengths, int positionOffset) {
    int tokens = inputIds.length;
    this.rows = lengths.length;
    this.longest = Arrays.stream(lengths).max().orElseThrow();
    this.inputIds = inputIds;
    this.tokenTypeIds = tokenTypeIds;
    this.positionIds = new int[tokens];
    this.padIndex = new int[Math.multiplyExact(rows, longest)];
    this.unpadIndex = new int[tokens];
    this.rowStarts = new int[rows];
    Arrays.fill(padIndex, tokens);
    int token = 0;
    for (int row = 0; row < rows; row++) {
      rowStarts[row] = token;
      for (int place = 0; place < lengths[row]; place++, token++) {
        int cell = row * longest + place;
        positionIds[token] = positionOffset + place;
        padIndex[cell] = token;
        unpadIndex[token] = cell;
      }
    }
  }

  /**
   * Packs rows in the given order.
   *
   * @throws InputException naming the row and value that breaks a rule
   */
  public static PackedBatch of(List<TokenRow> rows, BatchRules rules) {
    int[] lengths = rows.stream().mapToInt(TokenRow::length).toArray();
    int tokens = checkLengths(lengths, rules);
    int[] ids = new int[tokens];
    int[] types = new int[tokens];
    int start = 0;
    for (TokenRow row : rows) {
      System.arraycopy(row.ids(), 0, ids, start, row.length());
      System.arraycopy(row.types(), 0, types, start, row.length());
      start += row.length();
    }
    return checked(ids, types, lengths, rules);
  }

  /**
   * Packs what the student protocol carries: int32 little-endian numbers.
   *
   * @param inputIds T numbers
   * @param tokenTypeIds T numbers, or none for all 0
   * @param rowLengths R numbers, each at least 1, with sum T
   * @throws InputException naming the field, place and value that breaks a rule
   */
  public static PackedBatch fromWire(
      ByteBuffer inputIds, ByteBuffer tokenTypeIds, ByteBuffer rowLengths, BatchRules rules) {
    checkSize("row_lengths", rowLengths, rules.maxRows(), "rows");
    checkSize("input_ids", inputIds, rules.maxTokens(), "tokens");
    int[] lengths = ints(rowLengths);
    int tokens = checkLengths(lengths, rules);
    int[] ids = ints(inputIds);
    if (ids.length != tokens) {
      throw InputException.invalid(
          "input_ids has %d tokens but row_lengths sums to %d".formatted(ids.length, tokens));
    }
    if (tokenTypeIds.hasRemaining() && tokenTypeIds.remaining() != inputIds.remaining()) {
      throw InputException.invalid(
          "token_type_ids has %d bytes but input_ids has %d"
              .formatted(tokenTypeIds.remaining(), inputIds.remaining()));
    }
    int[] types = tokenTypeIds.hasRemaining() ? ints(tokenTypeIds) : new int[tokens];
    return checked(ids, types, lengths, rules);
  }

  /** B, the rows. */
  public int rows() {
    return rows;
  }

  /** T, the tokens of all rows. */
  public int tokens() {
    return inputIds.length;
  }

  /** L, tokens of the longest row. */
  public int longest() {
    return longest;
  }

  /** {@code [T]}: tokens of all rows, one after the other. */
  public int[] inputIds() {
    return inputIds;
  }

  /** {@code [T]}. */
  public int[] tokenTypeIds() {
    return tokenTypeIds;
  }

  /** {@code [T]}: restarts at the offset with each row. */
  public int[] positionIds() {
    return positionIds;
  }

  /** {@code [B,L]}: for each cell of the rectangle the index of its token, or T for padding. */
  public int[] padIndex() {
    return padIndex;
  }

  /** {@code [T]}: for each token its cell, row x L + place. */
  public int[] unpadIndex() {
    return unpadIndex;
  }

  /** {@code [B]}: index of each row's first token. */
  public int[] rowStarts() {
    return rowStarts;
  }

  /** Tokens of one row. */
  public int rowLength(int row) {
    return (row + 1 < rows ? rowStarts[row + 1] : tokens()) - rowStarts[row];
  }

  /**
   * Cuts the batch so that no part's attention scores, rows x longest x longest, exceed a bound,
   * unless it is a single row. One long row among many short ones would otherwise cost memory for
   * as many long rows.
   *
   * @return the parts in order; this batch itself when it is small enough
   */
  public List<PackedBatch> split(long maxScores) {
    List<PackedBatch> parts = new ArrayList<>();
    split(maxScores, parts);
    return parts;
  }

  private void split(long maxScores, List<PackedBatch> parts) {
    if (rows == 1 || (long) rows * longest * longest <= maxScores) {
      parts.add(this);
      return;
    }
    part(0, rows / 2).split(maxScores, parts);
    part(rows / 2, rows).split(maxScores, parts);
  }

  private PackedBatch part(int from, int to) {
    int first = rowStarts[from];
    int end = to < rows ? rowStarts[to] : tokens();
    int[] lengths = new int[to - from];
    Arrays.setAll(lengths, row -> rowLength(from + row));
    return new PackedBatch(
        Arrays.copyOfRange(inputIds, first, end),
        Arrays.copyOfRange(tokenTypeIds, first, end),
        lengths,
        positionIds[0]);
  }

  private static PackedBatch checked(int[] ids, int[] types, int[] lengths, BatchRules rules) {
    checkRange("input_ids", ids, rules.vocabulary());
    if (rules.tokenTypes() == 0) {
      Arrays.fill(types, 0);
    } else {
      checkRange("token_type_ids", types, rules.tokenTypes());
    }
    return new PackedBatch(ids, types, lengths, rules.positionOffset());
  }

  private static int checkLengths(int[] lengths, BatchRules rules) {
    if (lengths.length == 0) {
      throw InputException.invalid("the batch has no rows; at least 1 is needed");
    }
    checkLimit("rows", lengths.length, rules.maxRows());
    long tokens = 0;
    for (int row = 0; row < lengths.length; row++) {
      if (lengths[row] < 1) {
        throw InputException.invalid(
            "row_lengths[%d] is %d; at least 1 is needed".formatted(row, lengths[row]));
      }
      checkLimit("tokens in row " + row, lengths[row], rules.maxRowTokens());
      tokens += lengths[row];
    }
    checkLimit("tokens", tokens, rules.maxTokens());
    return Math.toIntExact(tokens);
  }

  private static void checkSize(String field, ByteBuffer bytes, int limit, String what) {
    if (bytes.remaining() % Integer.BYTES != 0) {
      throw InputException.invalid(
          "%s has %d bytes, not a multiple of 4".formatted(field, bytes.remaining()));
    }
    checkLimit(what, bytes.remaining() / Integer.BYTES, limit);
  }

  private static void checkLimit(String what, long value, int limit) {
    if (value > limit) {
      throw InputException.overLimit("%d %s; at most %d are allowed".formatted(value, what, limit));
    }
  }

  private static void checkRange(String field, int[] values, int end) {
    for (int place = 0; place < values.length; place++) {
      if (values[place] < 0 || values[place] >= end) {
        throw InputException.invalid(
            "%s[%d] is %d; allowed are 0 to %d".formatted(field, place, values[place], end - 1));
      }
    }
  }

  private static int[] ints(ByteBuffer bytes) {
    IntBuffer numbers = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer();
    int[] copy = new int[numbers.remaining()];
    numbers.get(copy);
    return copy;
  }
}
