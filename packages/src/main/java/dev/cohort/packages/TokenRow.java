package dev.cohort.packages;

import java.util.Arrays;

/**
 * The tokens of one row, special tokens included. The arrays are not copied: whoever makes the row
 * gives them away.
 *
 * @param ids token ids, at least one
 * @param types token type ids, as many as ids
 */
public record TokenRow(int[] ids, int[] types) {
  /**
   * @throws InputException when the row is empty or the lengths differ
   */
  public TokenRow {
    if (ids.length == 0) {
      throw InputException.invalid("a row has no tokens; at least 1 is needed");
    }
    if (ids.length != types.length) {
      throw InputException.invalid(
          "a row has %d token ids but %d token type ids".formatted(ids.length, types.length));
    }
  }

  /** A row whose token types are all 0. */
  public static TokenRow of(int... ids) {
    return new TokenRow(ids, new int[ids.length]);
  }

  /** Number of tokens. */
  public int length() {
    return ids.length;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TokenRow row
        && Arrays.equals(ids, row.ids)
        && Arrays.equals(types, row.types);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(ids) + Arrays.hashCode(types);
  }

  @Override
  public String toString() {
    return "TokenRow[ids=" + Arrays.toString(ids) + ", types=" + Arrays.toString(types) + "]";
  }
}
