package dev.cohort.packages;

/**
 * What a packed batch may hold.
 *
 * @param vocabulary token ids are 0..vocabulary-1
 * @param tokenTypes token type ids are 0..tokenTypes-1; 0: the family has none and they are ignored
 * @param positionOffset position id of a row's first token
 * @param maxRows rows of a batch
 * @param maxTokens tokens of all rows of a batch together
 * @param maxRowTokens tokens of one row
 */
public record BatchRules(
    int vocabulary,
    int tokenTypes,
    int positionOffset,
    int maxRows,
    int maxTokens,
    int maxRowTokens) {
  /** Rows that one batch may hold where nobody asks for less. */
  public static final int DEFAULT_MAX_ROWS = 1024;

  /** Tokens that one batch may hold where nobody asks for less. */
  public static final int DEFAULT_MAX_TOKENS = 65_536;

  /** Rejects limits that nothing could pass. */
  public BatchRules {
    requirePositive("maxRows", maxRows);
    requirePositive("maxTokens", maxTokens);
    requirePositive("maxRowTokens", maxRowTokens);
  }

  /** The package's own rules with the default sizes. */
  public static BatchRules of(Manifest manifest) {
    Manifest.Dimensions dimensions = manifest.dimensions();
    return new BatchRules(
        dimensions.vocabulary(),
        dimensions.tokenTypes(),
        manifest.tokenizer().positionOffset(),
        DEFAULT_MAX_ROWS,
        DEFAULT_MAX_TOKENS,
        manifest.tokenizer().maxTokens());
  }

  /** The same rules with other sizes; a row never becomes longer than it was allowed to be. */
  public BatchRules withLimits(int rows, int tokens, int rowTokens) {
    return new BatchRules(
        vocabulary, tokenTypes, positionOffset, rows, tokens, Math.min(rowTokens, maxRowTokens));
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + " is " + value + "; at least 1 is needed");
    }
  }
}
