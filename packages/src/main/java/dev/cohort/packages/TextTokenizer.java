package dev.cohort.packages;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Text to token rows, with the package's own tokenizer file: special tokens added, truncated to the
 * package's longest row, never padded. Thread-safe. Holds native memory until closed.
 */
public final class TextTokenizer implements AutoCloseable {
  /**
   * Characters of one text. Tokenizing takes time for the whole text, also for what truncation
   * drops; the longest rows of any supported family are a few thousand characters.
   */
  public static final int MAX_CHARACTERS = 100_000;

  private final HuggingFaceTokenizer tokenizer;
  private final int inputs;

  private TextTokenizer(HuggingFaceTokenizer tokenizer, int inputs) {
    this.tokenizer = tokenizer;
    this.inputs = inputs;
  }

  /**
   * Loads a tokenizer.
   *
   * @param file content of a HuggingFace {@code tokenizer.json}
   * @throws PackageException when the library cannot load it
   */
  static TextTokenizer load(byte[] file, Manifest.Tokenization rules) throws PackageException {
    String longest = Integer.toString(rules.maxTokens());
    Map<String, String> options =
        Map.of(
            "addSpecialTokens",
            "true",
            "padding",
            "false",
            "truncation",
            rules.truncation().name().toLowerCase(Locale.ROOT),
            "maxLength",
            longest,
            "modelMaxLength",
            longest);
    try {
      return new TextTokenizer(
          HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(file), options),
          rules.inputs());
    } catch (IOException | RuntimeException e) {
      throw new PackageException(
          PackageException.Reason.FORMAT,
          rules.path(),
          "the tokenizer library cannot load it: " + e.getMessage(),
          e);
    }
  }

  /** 1: one text a row; 2: a pair. */
  public int inputs() {
    return inputs;
  }

  /**
   * Tokens of one text.
   *
   * @throws InputException when the package wants pairs or the text is too long or not Unicode
   */
  public TokenRow encode(String text) {
    requireInputs(1);
    check("text", text);
    return row(() -> tokenizer.encode(text, true, false));
  }

  /**
   * Tokens of a pair.
   *
   * @throws InputException when the package wants single texts or a text is too long or not Unicode
   */
  public TokenRow encode(String first, String second) {
    requireInputs(2);
    check("text_a", first);
    check("text_b", second);
    return row(() -> tokenizer.encode(first, second, true, false));
  }

  @Override
  public void close() {
    tokenizer.close();
  }

  private void requireInputs(int given) {
    if (given != inputs) {
      throw InputException.invalid(
          inputs == 1
              ? "the package takes one text a row, not a pair (text_a, text_b)"
              : "the package takes pairs (text_a, text_b), not single texts");
    }
  }

  private static void check(String field, String text) {
    if (text.length() > MAX_CHARACTERS) {
      throw InputException.overLimit(
          "%s has %d characters; at most %d are allowed"
              .formatted(field, text.length(), MAX_CHARACTERS));
    }
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        i += requirePair(field, text, i);
      }
    }
  }

  private static int requirePair(String field, String text, int place) {
    if (Character.charCount(text.codePointAt(place)) != 2) {
      throw InputException.invalid(
          "%s has half a surrogate pair at character %d; it is not Unicode text"
              .formatted(field, place));
    }
    return 1;
  }

  private static TokenRow row(Supplier<Encoding> encode) {
    Encoding encoding;
    try {
      encoding = encode.get();
    } catch (RuntimeException e) {
      // The library's one error for text: a truncation rule that cannot make the pair short enough.
      throw InputException.invalid("the text cannot be tokenized: " + e.getMessage());
    }
    return new TokenRow(ints(encoding.getIds()), ints(encoding.getTypeIds()));
  }

  private static int[] ints(long[] numbers) {
    int[] copy = new int[numbers.length];
    for (int i = 0; i < numbers.length; i++) {
      copy[i] = Math.toIntExact(numbers[i]);
    }
    return copy;
  }
}
